"""`python -m fourlayer` is the command `fourlayer`."""

import os
import sys


def _leave_current_folder() -> None:
    """Take the current folder off the import path, where `-m` puts it: it is the workspace, never code.

    A folder `fourlayer` in it has won by then: `python -P -m fourlayer` and the plain command never look.
    """
    here = os.getcwd()
    if sys.flags.safe_path or not sys.path or sys.path[0] not in {"", here}:
        return
    if os.path.realpath(here) != os.path.dirname(os.path.dirname(os.path.realpath(__file__))):
        del sys.path[0]


if __name__ == "__main__":
    _leave_current_folder()
    from fourlayer.cli.main import entry

    entry()
