"""`fourlayer tenancy`: an inventory of every query and memory access, with the tenant that each names."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.cli import output
from fourlayer.cli.exits import FOUND, OK, TROUBLE
from fourlayer.errors import FourlayerError

if TYPE_CHECKING:
    from fourlayer.rule.inventory import Inventory

Format = Literal["text", "json", "csv", "html"]
FORMATS: tuple[Format, ...] = ("text", "json", "csv", "html")

_DESCRIPTION = """\
List every query and memory access in scope (providers, and scopes with the category `tenancy`): where it is,
what it touches, its verdict and the evidence for it, the tenant column and the migration that says so, the
tenant's value and where that comes from, followed up the callers to session, job or request."""

_EXAMPLES = """\
  fourlayer tenancy                                    the whole workspace
  fourlayer tenancy packages/integrations/slack        one integration
  fourlayer tenancy --verdict violation,suspicious     only what a person should look at
  fourlayer tenancy --output-format csv --output-file tenancy.csv
  fourlayer tenancy --output-format html --output-file tenancy.html

exit codes: 0 no violation (or --exit-zero), 1 violations, 2 trouble: bad arguments or configuration."""


class Options(NamedTuple):
    """The arguments of `tenancy`."""

    paths: tuple[str, ...] = ()
    root: str | None = None
    config: str | None = None
    verdict: tuple[str, ...] = ()
    output_format: Format = "text"
    output_file: str | None = None
    exit_zero: bool = False


def run(arguments: Sequence[str]) -> int:
    """Run the command and return the exit code."""
    from fourlayer.cli.parser import complaint

    try:
        options = parse(arguments)
        inventory = _made(options)
        _deliver(_shown(inventory, options), options)
    except FourlayerError as error:
        output.complain(complaint(error))
        return TROUBLE
    if options.exit_zero or not any(access.ruling == "violation" for access in inventory.accesses):
        return OK
    return FOUND


def parse(arguments: Sequence[str]) -> Options:
    """Understand the arguments. Raises `UsageError`; leaves the process after `--help`."""
    from fourlayer.cli.parser import Parser
    from fourlayer.rule.inventory import RULINGS

    parser = Parser("tenancy", _DESCRIPTION, _EXAMPLES)
    add = parser.add_argument
    add("paths", nargs="*", metavar="PATH", help="files and folders to list (default: the whole workspace)")
    add("--root", metavar="DIR", help="the workspace's root (default: looked for upward)")
    add("--config", metavar="FILE", help="the configuration file (default: fourlayer.toml in the root)")
    add("--verdict", action="append", default=[], metavar="NAMES", help=f"only these: {', '.join(RULINGS)}; "
        "comma-separated, repeatable")  # fmt: skip
    add("--output-format", choices=FORMATS, default="text", help="how to report (default: text)")
    add("--output-file", metavar="FILE", help="write the report to a file, whole or not at all")
    add("--exit-zero", action="store_true", help="exit 0 whatever is found (trouble still exits 2)")
    given = vars(parser.parse_intermixed_args(arguments))
    names = [name.strip() for part in given["verdict"] for name in part.split(",") if name.strip()]
    for name in names:
        if name not in RULINGS:
            from fourlayer.cli.names import did_you_mean

            parser.error(f"--verdict: there is no {name!r}{did_you_mean(name, RULINGS)}")
    given["paths"] = tuple(given["paths"])
    given["verdict"] = tuple(names)
    return Options(**given)


def _made(options: Options) -> Inventory:
    from fourlayer.app import App, find_root
    from fourlayer.cli.places import locate
    from fourlayer.cli.progress import Progress

    places = locate(options.paths, options.root, find_root)
    config = None if options.config is None else os.path.abspath(options.config)
    app = App.open(places.root, config_path=config, select=("tenancy",))
    if app.config_problems:
        problem = app.config_problems[0]
        raise FourlayerError(f"{problem.path or 'configuration'}: {problem.message}; {problem.remedy}")
    with Progress("fourlayer: listing"):
        return app.inventory(app.snapshot(), places.parts)


def _shown(inventory: Inventory, options: Options) -> Inventory:
    """What of it is listed; the exit code goes by all of it."""
    if not options.verdict:
        return inventory
    wanted = tuple(access for access in inventory.accesses if access.ruling in options.verdict)
    return inventory._replace(accesses=wanted)


def _deliver(inventory: Inventory, options: Options) -> None:
    """Render and write. Raises `OutputError`."""
    to_file = options.output_file not in {None, "-"}
    text = _rendered(inventory, options.output_format, to_file=to_file)
    if to_file and options.output_file is not None:
        output.replace_file(options.output_file, text.encode("utf-8", "backslashreplace"))
    else:
        output.write(text, utf8=options.output_format != "text")


def _rendered(inventory: Inventory, wanted: Format, *, to_file: bool) -> str:
    from fourlayer.report import inventory as report

    if wanted == "json":
        from fourlayer._version import __version__

        return report.json_text(inventory, __version__)
    if wanted == "csv":
        return report.csv_text(inventory)
    if wanted == "html":
        return report.html(inventory)
    from fourlayer.report.terminal import Style, wants_colours

    return report.text(
        inventory, Style(not to_file and wants_colours(output.is_terminal(sys.stdout), os.environ))
    )
