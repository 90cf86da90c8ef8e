"""`fourlayer check`: judge the workspace, fix what may be fixed, and report."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.cli import output
from fourlayer.cli.exits import FOUND, OK, TROUBLE
from fourlayer.errors import FourlayerError
from fourlayer.report.summary import has_trouble
from fourlayer.report.terminal import visible
from fourlayer.rule.outcome import Outcome, Trouble

if TYPE_CHECKING:
    from fourlayer.app import App
    from fourlayer.cli.fixing import Fixed
    from fourlayer.cli.places import Places
    from fourlayer.engine.fixing import FixResult
    from fourlayer.files.cache import Cache
    from fourlayer.project.snapshot import Snapshot
    from fourlayer.rule.model import RuleMeta

Format = Literal["text", "concise", "json", "sarif", "github"]
FORMATS: tuple[Format, ...] = ("text", "concise", "json", "sarif", "github")
_FOR_PEOPLE: tuple[Format, ...] = ("text", "concise")

_DESCRIPTION = """\
Check integrations against the 4-layer standard. Without PATH the whole workspace is checked; its root is the
nearest folder above PATH (or the current one) with a fourlayer.toml, else a pnpm-workspace.yaml, else a
package.json with workspaces, else a .git."""

_EXAMPLES = """\
  fourlayer check                                    the whole workspace
  fourlayer check packages/integrations/slack        one integration
  fourlayer check --select tenancy,explicit-any      one category and one rule
  fourlayer check --diff                             show what --fix would change, change nothing
  fourlayer check --fix                              apply every safe fix
  fourlayer check --diff --unsafe-fixes              show what the unsafe fixes would change as well
  fourlayer check --output-format github             annotations in GitHub Actions
  fourlayer check --output-format sarif --output-file fourlayer.sarif

exit codes: 0 nothing at error level (or --exit-zero), 1 errors found, or --diff has something to show,
2 trouble: bad arguments or configuration, a file that cannot be read, a rule that crashed. A rule that
cannot run (no schema, no registry) is reported and changes no exit code."""


class Options(NamedTuple):
    """The arguments of `check`."""

    paths: tuple[str, ...] = ()
    root: str | None = None
    config: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fix: bool = False
    unsafe_fixes: bool = False
    diff: bool = False
    output_format: Format = "text"
    output_file: str | None = None
    statistics: bool = False
    show_unverifiable: bool = False
    no_cache: bool = False
    exit_zero: bool = False
    error_on_warning: bool = False


class CheckError(FourlayerError):
    """Why nothing could be checked, as the troubles that the report names."""

    def __init__(self, *troubles: Trouble) -> None:
        self.troubles = troubles
        super().__init__("\n".join(_told(trouble) for trouble in troubles))


def run(arguments: Sequence[str], rules: Sequence[RuleMeta] | None = None) -> int:
    """Run the command; `rules` stand in for the standard's. Returns the exit code."""
    from fourlayer.cli.parser import UsageError

    try:
        options = parse(arguments)
    except UsageError as error:
        output.complain(error.with_usage())
        _document(Options(output_format=_format_in(arguments)), (Trouble("config", str(error)),))
        return TROUBLE
    try:
        return _checked(options, _registry() if rules is None else tuple(rules))
    except CheckError as error:
        return _refuse(options, error.troubles)
    except KeyboardInterrupt:
        _document(options, (Trouble("crash", "interrupted"),))
        raise
    except FourlayerError as error:
        return _refuse(options, (Trouble("crash", str(error)),))
    except Exception as error:  # noqa: BLE001 - programs that read the report must get one
        output.crash(error)
        _document(options, (Trouble("crash", f"internal error ({type(error).__name__})"),))
        return TROUBLE


def parse(arguments: Sequence[str]) -> Options:
    """Understand the arguments. Raises `UsageError`; leaves the process after `--help`."""
    from fourlayer.cli.parser import Parser

    parser = Parser("check", _DESCRIPTION, _EXAMPLES)
    add = parser.add_argument
    add("paths", nargs="*", metavar="PATH", help="files and folders to check (default: the whole workspace)")
    add("--root", metavar="DIR", help="the workspace's root (default: looked for upward)")
    add("--config", metavar="FILE", help="the configuration file (default: fourlayer.toml in the root)")
    add("--select", action="append", default=[], metavar="NAMES", help="only these rules or categories; "
        "comma-separated, repeatable")  # fmt: skip
    add("--ignore", action="append", default=[], metavar="NAMES", help="all but these rules or categories")
    add("--fix", action="store_true", help="apply every safe fix, then report what remains")
    add("--unsafe-fixes", action="store_true", help="like --fix, and apply fixes that may change behaviour; "
        "review the result")  # fmt: skip
    add("--diff", action="store_true", help="show what --fix (or --unsafe-fixes) would change as a patch and "
        "change nothing; exit 1 when there is something")  # fmt: skip
    add("--output-format", choices=FORMATS, default="text", help="how to report (default: text)")
    add("--output-file", metavar="FILE", help="write the report to a file, whole or not at all")
    add("--statistics", action="store_true", help="add a table: findings, certainty and time of each rule")
    add("--show-unverifiable", action="store_true", help="show findings that are out of the analysis' reach")
    add("--no-cache", action="store_true", help="neither read nor write the cache")
    add("--exit-zero", action="store_true", help="exit 0 whatever is found (trouble still exits 2)")
    add("--error-on-warning", action="store_true", help="exit 1 on warnings too")
    given = vars(parser.parse_intermixed_args(arguments))
    for key in ("paths", "select", "ignore"):
        given[key] = tuple(given[key])
    options = Options(**given)
    if options.diff and options.output_format not in _FOR_PEOPLE:
        parser.error(f"--diff prints a patch and goes with no --output-format {options.output_format}")
    if options.error_on_warning and options.exit_zero:
        parser.error("--error-on-warning and --exit-zero contradict each other")
    return options


def exit_code(outcome: Outcome, options: Options) -> int:
    """What the process says about an outcome."""
    if has_trouble(outcome):
        return TROUBLE
    if options.exit_zero:
        return OK
    failing = ("error", "warning") if options.error_on_warning else ("error",)
    return FOUND if any(reported.severity in failing for reported in outcome.findings) else OK


def _checked(options: Options, rules: tuple[RuleMeta, ...]) -> int:
    from fourlayer.cli.progress import Progress

    places, app = _open(options, rules)
    if not (options.no_cache or options.statistics or options.diff or options.fix or options.unsafe_fixes):
        with Progress("fourlayer: checking"):
            outcome = app.check_cached(_cache(), places.parts, show_unverifiable=options.show_unverifiable)
        _report(outcome, options, app.rules, None)
        return exit_code(outcome, options)
    snapshot = app.snapshot()
    with Progress("fourlayer: checking"):
        outcome = app.check(snapshot, places.parts, show_unverifiable=options.show_unverifiable)
    if options.diff or options.fix or options.unsafe_fixes:
        with Progress("fourlayer: fixing"):
            result = app.fix(snapshot, outcome, paths=places.parts, unsafe=options.unsafe_fixes)
        if options.diff:
            return _show_diff(_patch(app, snapshot, result), result.outcome, options)
        from fourlayer.cli.fixing import apply
        from fourlayer.report.text import place_of

        applied = [(place_of(done.finding), done.finding.finding.rule) for done in result.applied]
        fixed = apply(app.root, result.before, result.changes, applied, places.parts)
        outcome = result.outcome
        if options.show_unverifiable:
            shown = app.check(result.snapshot, places.parts, show_unverifiable=True)
            outcome = shown._replace(troubles=outcome.troubles)
        fixed = fixed._replace(remaining=result.remaining)
        _report(outcome, options, app.rules, fixed)
        return exit_code(outcome, options)
    _report(outcome, options, app.rules, None)
    return exit_code(outcome, options)


def _patch(app: App, snapshot: Snapshot, result: FixResult) -> bytes:
    """What fixes would change. A secret is masked: a patch ends up in logs and tickets."""
    from fourlayer.cli.patch import unified_diff

    before, after = app.shown(snapshot, result)
    patch = unified_diff(before, after)
    if before != result.before and patch != unified_diff(result.before, result.changes):
        output.error("fourlayer: secrets are masked in this patch, so that it cannot be applied; use --fix\n")
    return patch


def _open(options: Options, rules: tuple[RuleMeta, ...]) -> tuple[Places, App]:
    """The workspace and its configuration. Raises `CheckError` for what keeps it from being checked."""
    from fourlayer.app import App, find_root
    from fourlayer.cli.names import UnknownNameError, resolve
    from fourlayer.cli.places import PlaceError, locate

    if not rules:
        raise CheckError(Trouble("crash", "there are no rules: the installation is incomplete"))
    try:
        select = resolve(options.select, rules, "--select")
        ignore = resolve(options.ignore, rules, "--ignore")
    except UnknownNameError as error:
        raise CheckError(Trouble("config", str(error))) from error
    if set(ignore) >= (set(select) or {meta.id for meta in rules}):
        raise CheckError(Trouble("config", "--select and --ignore leave no rule to run"))
    try:
        places = locate(options.paths, options.root, find_root)
    except PlaceError as error:
        raise CheckError(Trouble("unreadable", str(error), error.path)) from error
    config = None if options.config is None else os.path.abspath(options.config)
    app = App.open(
        places.root,
        config_path=config,
        select=select,
        ignore=ignore,
        rules=rules,
        cache=None if options.no_cache else _cache(),
    )
    if app.config_problems:
        from fourlayer.cli.config import config_trouble

        raise CheckError(*(config_trouble(problem, places.root) for problem in app.config_problems))
    return places, app


def _report(outcome: Outcome, options: Options, rules: Sequence[RuleMeta], fixed: Fixed | None) -> None:
    """Render and deliver. Raises `OutputError`."""
    nothing = outcome.files == 0 and outcome.providers == 0
    if nothing and not outcome.findings and not has_trouble(outcome):
        output.error(
            "fourlayer: no file was checked: "
            + ("PATH holds no code that is judged" if options.paths else "there are no integrations")
            + "; is this the right workspace, and does `integrations` in fourlayer.toml name its folders? "
            f"root: {visible(outcome.root)}\n"
        )
    to_file = options.output_file not in {None, "-"}
    text = _rendered(outcome, options, rules, fixed, to_file=to_file)
    if to_file and options.output_file is not None:
        output.replace_file(options.output_file, text.encode("utf-8", "backslashreplace"))
    else:
        output.write(text, utf8=options.output_format not in _FOR_PEOPLE)


def _rendered(
    outcome: Outcome, options: Options, rules: Sequence[RuleMeta], fixed: Fixed | None, *, to_file: bool
) -> str:
    from fourlayer.report import rule_table

    if options.output_format in _FOR_PEOPLE:
        return _for_people(outcome, options, fixed, to_file=to_file)
    if fixed is not None:
        output.error(fixed.text())
    if options.output_format == "json":
        from fourlayer._version import __version__
        from fourlayer.report import json_document

        return json_document.render(
            outcome,
            tool_version=__version__,
            statistics=rule_table.rule_statistics(outcome) if options.statistics else None,
            fixed=None if fixed is None else fixed.plain(),
        )
    if options.statistics:
        output.error(rule_table.render(outcome))
    if options.output_format == "sarif":
        from fourlayer._version import __version__
        from fourlayer.cli.pages import load_page
        from fourlayer.report import sarif

        return sarif.render(outcome, tool_version=__version__, rules=rules, page=load_page)
    from fourlayer.report import github

    return github.render(outcome, prefix=_place_in_repository(outcome.root))


def _for_people(outcome: Outcome, options: Options, fixed: Fixed | None, *, to_file: bool) -> str:
    from fourlayer.report.terminal import Style, wants_colours

    style = Style(not to_file and wants_colours(output.is_terminal(sys.stdout), os.environ))
    table = ""
    if options.statistics:
        from fourlayer.report import rule_table

        table = rule_table.render(outcome)
    if options.output_format == "concise":
        from fourlayer.report import concise

        text = concise.render(outcome, style=style, table=table)
    else:
        from fourlayer.report import text as text_report

        text = text_report.render(outcome, style=style, width=output.width(sys.stdout), table=table)
    return text if fixed is None else f"{fixed.text()}\n{text}"


def _show_diff(patch: bytes, outcome: Outcome, options: Options) -> int:
    """Deliver a patch: byte for byte, but harmless where a person reads it on a terminal."""
    if options.output_file not in {None, "-"} and options.output_file is not None:
        output.replace_file(options.output_file, patch)
    elif output.is_terminal(sys.stdout):
        from fourlayer.cli.patch import painted
        from fourlayer.report.terminal import Style, wants_colours

        output.write(painted(patch, Style(wants_colours(True, os.environ))))
    else:
        output.write_bytes(patch)
    if has_trouble(outcome):
        output.error("\n".join(f"fourlayer: {_told(trouble)}" for trouble in outcome.troubles) + "\n")
        return TROUBLE
    return FOUND if patch and not options.exit_zero else OK


def _refuse(options: Options, troubles: Sequence[Trouble]) -> int:
    """Tell why nothing was checked: people on standard error, programs in the format they asked for."""
    output.complain("\n".join(_told(trouble) for trouble in troubles))
    _document(options, troubles)
    return TROUBLE


def _document(options: Options, troubles: Sequence[Trouble]) -> None:
    """Keep standard output valid for programs when there is nothing but trouble to report."""
    if options.output_format in _FOR_PEOPLE:
        return
    root = os.path.abspath(options.root or os.getcwd())
    outcome = Outcome(root, (), tuple(troubles), 0, 0, 0, 0.0, {}, 0)
    text = _rendered(outcome, options, (), None, to_file=False)
    if options.output_file not in {None, "-"} and options.output_file is not None:
        try:
            output.replace_file(options.output_file, text.encode())
        except output.OutputError:
            output.write(text, utf8=True)
    else:
        output.write(text, utf8=True)


def _told(trouble: Trouble) -> str:
    if trouble.path and trouble.path not in trouble.message:
        return f"{trouble.path}: {trouble.message}"
    return trouble.message


def _place_in_repository(root: str) -> str:
    """Where the workspace lies in the repository that GitHub checked out: "" or a path ending in "/"."""
    repository = os.environ.get("GITHUB_WORKSPACE")
    if not repository:
        return ""
    place = os.path.relpath(root, os.path.realpath(repository)).replace(os.sep, "/")
    return "" if place == "." or place.startswith("../") or place == ".." else f"{place}/"


def _format_in(arguments: Sequence[str]) -> Format:
    """The output format that arguments ask for which otherwise make no sense."""
    wanted = ""
    for index, argument in enumerate(arguments):
        if argument.startswith("--output-format="):
            wanted = argument.partition("=")[2]
        elif argument == "--output-format":
            wanted = "".join(arguments[index + 1 : index + 2])
    return wanted if wanted in FORMATS else "text"


def _cache() -> Cache:
    from fourlayer._version import __version__
    from fourlayer.files.cache import Cache

    return Cache(__version__)


def _registry() -> tuple[RuleMeta, ...]:
    from fourlayer_rules.registry import RULES

    return RULES
