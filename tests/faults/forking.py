"""Run fitscope commands in forks of one process that has TensorFlow loaded already, so that killing many of them takes little.

Reads a JSON array a line, [folder, arguments, file for standard error], and answers with the fork's process number, then, when it
has ended, with its exit status. TensorFlow starts no thread before its first step, so that forking it until then is safe.
"""

import json
import os
import sys


def main() -> None:
    import keras  # noqa: F401
    import tensorflow  # noqa: F401

    from fitscope.cli import main as fitscope_main

    for line in sys.stdin:
        folder, arguments, told = json.loads(line)
        pid = os.fork()
        if pid:
            print(pid, flush=True)
            print(os.waitpid(pid, 0)[1], flush=True)
            continue
        os.chdir(folder)
        handle = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for number in (1, 2):
            os.dup2(handle, number)
        try:
            fitscope_main(arguments)
        except SystemExit as end:
            os._exit(end.code or 0)
        finally:
            os._exit(70)


if __name__ == "__main__":
    main()
