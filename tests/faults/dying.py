"""What the workers of a grading do instead of it, in a module that they can import."""

import os
import signal
import tempfile

from fitscope.grading.examine import examine_all


def examine_or_die(hand_ins, rubric):
    """Examine as usual; a submission whose name says so takes its process with it, one with a file but once."""
    for hand_in in hand_ins:
        once = hand_in.paths and hand_in.paths[0].exists()
        if once:
            hand_in.paths[0].unlink()
        if once or hand_in.name.startswith("killer"):
            die()
    return examine_all(hand_ins, rubric)


def die(*given):
    os.kill(os.getpid(), signal.SIGKILL)


def unpack_and_die(hand_ins, rubric):
    """Leave a folder where scratch folders are made, and take the process along."""
    if hand_ins[0].name.startswith("killer"):
        tempfile.mkdtemp(prefix="fitscope-")
        die()
    return examine_all(hand_ins, rubric)
