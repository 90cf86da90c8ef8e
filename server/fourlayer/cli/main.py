"""The command `fourlayer`: which subcommand runs, and how the process ends."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from fourlayer.cli.exits import INTERRUPTED, OK, TROUBLE

Run = Callable[[Sequence[str]], int]


class Command(NamedTuple):
    """A subcommand; `load` imports what runs it, so that each start imports only what it needs."""

    summary: str
    load: Callable[[], Run]


def _check() -> Run:
    from fourlayer.cli.check import run

    return run


def _rules() -> Run:
    from fourlayer.cli.rules import run_rules

    return run_rules


def _explain() -> Run:
    from fourlayer.cli.rules import run_explain

    return run_explain


def _tenancy() -> Run:
    from fourlayer.cli.tenancy import run

    return run


def _config() -> Run:
    from fourlayer.cli.config import run_config

    return run_config


def _schema() -> Run:
    from fourlayer.cli.config import run_schema

    return run_schema


def _server() -> Run:
    from fourlayer.cli.server import run

    return run


COMMANDS: Mapping[str, Command] = {
    "check": Command("Check integrations against the 4-layer standard, and fix what can be fixed", _check),
    "rules": Command("List every rule", _rules),
    "explain": Command("Show the page of one rule: what it reports, why, and how to fix it", _explain),
    "tenancy": Command("List every data access, the tenant it names and where that comes from", _tenancy),
    "config": Command("Show the effective configuration and where each value comes from", _config),
    "schema": Command("Print the JSON Schema of fourlayer.toml", _schema),
    "server": Command("Run the language server for editors", _server),
}

_HELP = """\
Check the third-party integrations of a TypeScript monorepo against the 4-layer standard.

usage: fourlayer COMMAND [OPTION...]

commands:
{commands}

options:
  -h, --help     show this help and exit; `fourlayer COMMAND --help` shows a command's
  -V, --version  show the version and exit

examples:
  fourlayer check                                 the whole workspace
  fourlayer check packages/integrations/slack     one integration
  fourlayer check --fix                           apply every safe fix
  fourlayer explain missing-tenant-filter         what a rule means

exit codes of `check`: 0 nothing found, 1 errors found, 2 trouble (configuration, unreadable file, crash)
"""


def entry() -> None:
    """Run the command line of this process and leave with its exit code."""
    # A short-lived process gains nothing from collecting cycles; the server switches it on again.
    gc.disable()
    gc.freeze()
    try:
        code = main(sys.argv[1:])
    except KeyboardInterrupt:  # while modules were loading
        code = INTERRUPTED
    sys.exit(code)


def main(arguments: Sequence[str]) -> int:
    """Run a command line (without the program's name) and return its exit code."""
    from fourlayer.cli import output

    try:
        code = _dispatch(arguments)
        return output.flush(code)
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit as exit_:
        return output.flush(exit_.code if isinstance(exit_.code, int) else TROUBLE)
    except BrokenPipeError:
        output.silence()
        return OK
    except Exception as error:  # noqa: BLE001 - the last stop before the interpreter's own trace
        return _crashed(error)


def _dispatch(arguments: Sequence[str]) -> int:
    from fourlayer.cli import output

    if not arguments:
        output.error(_help())
        return TROUBLE
    name, *rest = arguments
    if name in {"-h", "--help", "help"}:
        output.write(_help())
        return OK
    if name in {"-V", "--version"}:
        from fourlayer._version import __version__

        output.write(f"fourlayer {__version__}\n")
        return OK
    command = COMMANDS.get(name)
    if command is None:
        from fourlayer.cli.names import did_you_mean

        kind = "option" if name.startswith("-") else "command"
        listed = ", ".join(COMMANDS)
        output.complain(
            f"there is no {kind} {name!r}{did_you_mean(name, COMMANDS)}\n"
            f"commands: {listed}; try `fourlayer --help`"
        )
        return TROUBLE
    return command.load()(rest)


def _help() -> str:
    listed = "\n".join(f"  {name:<9}{command.summary}" for name, command in COMMANDS.items())
    return _HELP.format(commands=listed)


def _crashed(error: Exception) -> int:
    """Tell of an error nobody foresaw, with the trace that a report of it needs."""
    from fourlayer.cli import output
    from fourlayer.errors import FourlayerError

    if isinstance(error, FourlayerError):
        output.complain(str(error))
    else:
        output.crash(error)
    return TROUBLE
