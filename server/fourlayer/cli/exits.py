"""What the exit codes mean."""

OK = 0
"""Nothing at error level was found."""

FOUND = 1
"""Errors were found (or warnings where they count), or a diff is not empty."""

TROUBLE = 2
"""Bad arguments, bad configuration, an unreadable file, a crash."""

INTERRUPTED = 130
"""Stopped with Ctrl-C."""
