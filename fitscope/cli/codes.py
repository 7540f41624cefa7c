"""The exit codes that other programs rely on, beside 0 (done), 1 (it could not be done) and 2 (wrong usage)."""

FAILED_ON = 3  # --fail-on met its verdict
SOME_UNREAD = 4  # `grade` graded, but some submissions could not be read
INTERRUPTED = 130
