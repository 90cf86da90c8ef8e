"""An argument parser that answers in our voice and starts fast."""

from __future__ import annotations

import argparse
import os
from typing import NoReturn

from fourlayer.errors import FourlayerError


class UsageError(FourlayerError):
    """Arguments that make no sense; the text names the option."""

    def __init__(self, message: str, usage: str) -> None:
        self.usage = usage
        super().__init__(message)

    def with_usage(self) -> str:
        """The text and how the command is called, for people."""
        return f"{self}\n{self.usage}"


def complaint(error: FourlayerError) -> str:
    """What to tell people: the text, and for wrong arguments how the command is called."""
    return error.with_usage() if isinstance(error, UsageError) else str(error)


class Parser(argparse.ArgumentParser):
    """Raises `UsageError` instead of leaving the process; options are never guessed from a prefix."""

    def __init__(self, command: str, description: str, examples: str) -> None:
        super().__init__(
            prog=f"fourlayer {command}",
            description=description,
            epilog=f"examples:\n{examples}",
            formatter_class=_Formatter,
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        """Refuse the arguments."""
        unknown = message.partition("unrecognized arguments: ")[2]
        if unknown:
            from fourlayer.cli.names import did_you_mean

            name = unknown.split()[0].partition("=")[0]
            message = f"there is no option {name}{did_you_mean(name, self._option_string_actions)}"
            if not name.startswith("-"):
                message = f"one argument too many: {name}"
        raise UsageError(message, f"{self.format_usage().rstrip()}\ntry `{self.prog} --help`")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """A fixed width: argparse would otherwise import half of shutil to ask for it, for every option."""

    def __init__(self, prog: str) -> None:
        try:
            width = min(int(os.environ.get("COLUMNS", "")), 120)
        except ValueError:
            width = 100
        super().__init__(prog, max_help_position=32, width=max(width, 40) - 2)
