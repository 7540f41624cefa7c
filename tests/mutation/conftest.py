collect_ignore = ["mutate.py", "trials.py"]  # a command, and pytest's own plugins for it
