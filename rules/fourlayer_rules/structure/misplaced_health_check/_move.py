"""Brings a misplaced health check to `health.ts`, and leaves a call behind where somebody needs one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.snapshot import Survey
from fourlayer.rule.model import Change
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.functions import function_of
from fourlayer_rules.derive.dtos import attached_start
from fourlayer_rules.derive.editing import FileEditor
from fourlayer_rules.derive.health import Check, health_checks, health_path
from fourlayer_rules.derive.model import build_model
from fourlayer_rules.derive.symbols import Declared, alike, exported, qualified
from fourlayer_rules.structure.misplaced_health_check._find import misplaced
from fourlayer_rules.structure.misplaced_health_check._leave import Leaving
from fourlayer_rules.structure.misplaced_health_check._text import moving, uses_this
from fourlayer_rules.templates.health import health_code

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Finding
    from fourlayer.syntax.facts import FileFacts
    from fourlayer_rules.derive.model import ProviderModel
    from fourlayer_rules.structure.misplaced_health_check._find import Misplaced
    from fourlayer_rules.structure.misplaced_health_check._text import Moving


class Moved(NamedTuple):
    """The change, and what it does in a few words."""

    title: str
    change: Change


def move(ctx: Context, finding: Finding) -> Moved | None:
    """The change; None where it is not certain to compile, or to ask the same of whoever calls."""
    provider = ctx.view.provider(finding.provider or "")
    if provider is None or finding.certainty != "violation":
        return None
    path = health_path(provider)
    facts = ctx.view.facts(path) if ctx.view.exists(path) else None
    found = misplaced(ctx, provider, finding.path)
    item = next((one for one in found if one.name == finding.scope and not one.of_object), None)
    if item is None or facts is None or not facts.trusted or not item.facts.trusted:
        return None
    return _Mover(ctx, build_model(ctx.view, ctx.settings, provider), item, facts).moved()


class _Mover:
    def __init__(self, ctx: Context, model: ProviderModel, item: Misplaced, facts: FileFacts) -> None:
        self._ctx = ctx
        self._view = ctx.view
        self._model = model
        self._item = item
        self._path = health_path(model.provider)
        self._facts = facts
        self._short = item.name.rpartition(".")[2]
        self._health = FileEditor(facts, model.style)
        self._gone: set[str] = set()
        """What `health.ts` does not import any more."""

    def moved(self) -> Moved | None:
        """Decide by what `health.ts` does today."""
        checks = health_checks(self._ctx, self._model.provider)
        passing = [check for check in checks if self._passes_on(check)]
        name = self._item.name
        own = next((check for check in checks if check not in passing and check.is_here), None)
        if own is not None:
            # What asks with the tenant's own credentials, or has its means handed in, asks something else.
            if self._is_used() and (uses_this(self._item.function) or _params(own)):
                return None
            status = self._status_of(own)
            return self._result(f"Let {own.name} of health.ts take the place of {name}", own.name, status)
        if len(passing) > 1 or any(not check.is_here for check in passing):
            return None
        old = passing[0] if passing else None
        if not uses_this(self._item.function):
            return self._moved_as_it_is(old)
        return self._written_anew(old)

    def _passes_on(self, check: Check) -> bool:
        """Whether a check of `health.ts` calls the misplaced one."""
        calls = (node for node in walk(check.declared.decl.node) if isinstance(node, n.Call))
        return any(_called(call) == self._short for call in calls)

    def _result(
        self, title: str, check: str, status: Declared | None, moving: Moving | None = None
    ) -> Moved | None:
        """Leave the old place, and put both files' edits together."""
        leaving = Leaving(self._view, self._model.style, self._item, moving)
        if self._is_used():
            same = moving is not None or self._same_status(status)
            if not same or self._would_cycle(moving):
                return None
            left = leaving.call(check, self._path)
        else:
            left = leaving.nothing()
        if left is None:
            return None
        edits = {self._item.path: left, self._path: self._health.edits()}
        return Moved(title, Change({path: own for path, own in edits.items() if own}))

    # Who needs the old place

    def _is_used(self) -> bool:
        """Whether anybody in the workspace, tests included, needs it where it is.

        A type that has such a member may be what the object is used as.
        """
        item = self._item
        if item.decl.owner is None:
            return _count(self._short, item.facts.text.data) > 1 or any(
                bound.imported in {self._short, "*"}
                for edge in self._view.importers(item.path)
                for bound in edge.import_.names
                if edge.importer != self._path or bound.local not in self._gone
            )
        word = self._short.encode()
        called = re.compile(rb"(?:\.|\?\.|\[[\"'])" + word + rb"\b")
        member = re.compile(rb"(?<![\w$.])" + word + rb"\??\s*[(:]")

        def named(_: str, facts: FileFacts) -> str | None:
            types = (decl.data for decl in facts.decls if decl.kind in {"interface", "type"})
            if any(member.search(data) for data in types):
                return "type"
            return "call" if called.search(facts.text.data) else None

        survey = Survey(f"who names a member:{self._short}", named, (word,), tests=True)
        found = self._view.survey(survey)
        return any(
            kind == "type" or self._knows_provider(path) for path, kind in found.items() if path != self._path
        )

    def _knows_provider(self, path: str) -> bool:
        """Whether a file can have to do with the provider at all: others have methods of that name too."""
        provider, owner = self._model.provider, self._item.decl.owner
        if path.startswith(provider.path + "/"):
            return True
        data = self._view.read(path) or b""
        words = {provider.folder, provider.pascal, (owner.name if owner is not None else None) or ""} - {""}
        return b"integrations" in data or any(word.encode() in data for word in words)

    def _would_cycle(self, moving: Moving | None) -> bool:
        """Whether `health.ts` imports the file: a call of the check there would close a circle."""
        if moving is not None and any(wanted.path == self._item.path for wanted in moving.imports):
            return True
        return any(
            bound.local not in self._gone
            for item in self._facts.imports
            if self._target(item.specifier) == self._item.path
            for bound in item.names
        )

    def _target(self, specifier: str) -> str | None:
        return self._view.resolve(specifier, self._path).path

    # What they get instead

    def _status_of(self, check: Check) -> Declared | None:
        node = check.declared.decl.node
        function = node.function if isinstance(node, n.FunctionDecl) else None
        return None if function is None else self._promised(check.declared, function)

    def _same_status(self, status: Declared | None) -> bool:
        item = self._item
        mine = self._promised(Declared(item.path, item.facts, item.decl), item.function)
        return mine is not None and status is not None and mine.decl is status.decl

    def _promised(self, declared: Declared, function: n.Function) -> Declared | None:
        """The named type that a function promises."""
        type_ = function.return_type
        inner = type_.args[0] if isinstance(type_, n.TypeRef) and len(type_.args) == 1 else None
        if not isinstance(inner, n.TypeRef) or inner.args:
            return None
        found = qualified(self._view, declared.path, declared.facts, inner.name)
        return found if isinstance(found, tuple) else None

    # A check of its own for health.ts

    def _written_anew(self, old: Check | None) -> Moved | None:
        if old is not None and not _takes_nothing(old):
            return None
        name = old.name if old is not None else self._model.names.health_check
        model = self._model._replace(names=self._model.names._replace(health_check=name))
        code = health_code(model, self._path)
        if not self._place(old, self._health.local(code.text).rstrip(), _declared(code.text)):
            return None
        for specifier, wanted, type_only in code.imports:
            self._health.want(specifier, wanted, type_only=type_only)
        own = next((self._resolved(s, w) for s, w, _ in code.imports if w == "HealthStatus"), None)
        title = f"Write {name} in health.ts, which asks by itself, instead of {self._item.name}"
        return self._result(title, name, own)

    def _resolved(self, specifier: str, name: str) -> Declared | None:
        path = self._target(specifier)
        found = exported(self._view, path, name) if path is not None else None
        return found if isinstance(found, tuple) else None

    # The code as it is

    def _moved_as_it_is(self, old: Check | None) -> Moved | None:
        own = {alike(self._model.names.health_check), "checkhealth"}
        name = self._model.names.health_check if alike(self._short) not in own else self._short
        if old is not None:
            if not _takes_nothing(old):
                return None
            name = old.name
        moved = moving(self._view, self._item, name, self._path)
        if moved is None or not self._place(old, self._in_lines(moved.text), moved.names):
            return None
        for wanted in moved.imports:
            self._health.want(wanted.specifier, wanted.name, type_only=wanted.type_only)
        return self._result(f"Move {self._item.name} to health.ts", name, None, moved)

    def _in_lines(self, text: str) -> str:
        return text.replace("\n", "\r\n") if b"\r\n" in self._facts.text.data else text

    def _place(self, old: Check | None, text: str, names: Iterable[str]) -> bool:
        """Put declarations into `health.ts`, in place of the check that passed on the old one."""
        data = self._facts.text.data
        replaced = old.declared.decl if old is not None else None
        kept = {name for decl in self._facts.decls if decl is not replaced for name in decl.names}
        if kept & set(names):
            return False
        if replaced is None:
            end = len(data.rstrip())
            newline = "\r\n" if b"\r\n" in data else "\n"
            self._health.replace(end, len(data), (newline * 2 if end else "") + text + newline)
            return True
        start = attached_start(self._facts, replaced.start)
        self._health.replace(start, replaced.end, text)
        rest = data[:start] + data[replaced.end :]
        for item in self._facts.imports:
            bound = {one.local for one in item.names if one.local is not None}
            gone = {name for name in bound if _count(name, rest) == 1 and not _mentions(name, text)}
            if item.kind == "import" and gone:
                self._health.unimport(item, gone)
                self._gone |= gone
        return True


def _takes_nothing(check: Check) -> bool:
    """Whether a check can be called without arguments."""
    function = function_of(check.declared.decl)
    return function is not None and all(
        param.optional or param.default is not None or param.rest for param in function.params
    )


def _params(check: Check) -> tuple[n.Param, ...]:
    """What a check is handed."""
    function = function_of(check.declared.decl)
    return function.params if function is not None else ()


def _called(call: n.Call) -> str:
    callee = uncast(call.callee)
    return callee.name if isinstance(callee, n.Member | n.Name) else ""


def _mentions(name: str, text: str) -> bool:
    return _count(name, text.encode()) > 0


def _count(name: str, data: bytes) -> int:
    return len(re.findall(rb"(?<![\w$])" + re.escape(name.encode()) + rb"(?![\w$])", data))


def _declared(text: str) -> list[str]:
    from fourlayer.syntax.facts import build_facts
    from fourlayer.syntax.text import Text

    return [name for decl in build_facts(Text.from_str(text), "ts").decls for name in decl.names]
