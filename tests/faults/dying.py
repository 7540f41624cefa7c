"""What the workers of a grading do instead of it, in a module that they can import."""

import os
import signal

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
