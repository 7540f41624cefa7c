"""Run the command line: python -m fitscope."""

from fitscope.cli import main

if __name__ == "__main__":
    main(prog_name="fitscope")
