"""Whether a provider's health check is registered, and whether what registers it ever runs."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.project.classes import chain_of
from fourlayer.project.questions import Question
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.functions import function_of
from fourlayer.syntax.glob import names_match
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.derive.symbols import qualified
from fourlayer_rules.health._registry import literals, registry_word
from fourlayer_rules.health._uses import Use, Uses

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts

_MOST = 400
"""So many names and declarations are followed before a question is left open."""

_DEEPEST = 6
_HANDED_ON = 2
"""So many functions may stand between who is given a check and who registers it."""

Verdict = Literal["registered", "idle", "absent", "unknown"]


class Outcome(NamedTuple):
    """Whether a check is registered where that runs.

    "idle": registered in the file `path` by the function or class `name` ("" at its top level), which no
    process runs. "unknown": the file `path` may register it in a way that cannot be followed.
    """

    verdict: Verdict
    path: str = ""
    name: str = ""


def outcome_of(view: View, starts: Sequence[tuple[str, str]], files: Sequence[str]) -> Outcome:
    """What becomes of top-level names (file and name); see `Tracer.outcome`."""
    pairs = (part for start in starts for part in start)
    return view.ask(_OUTCOME, str(len(starts)), *pairs, *files)


def _answer(view: View, about: tuple[str, ...]) -> Outcome:
    count, *parts = about
    end = 2 * int(count)
    starts = list(zip(parts[:end:2], parts[1:end:2], strict=True))
    return Tracer(view, view.layout.symbols["health_registry"]).outcome(starts, tuple(parts[end:]))


_OUTCOME = Question("health registration", _answer, Outcome("unknown"))


class Tracer:
    """Follows a check from name to name until it stands in the arguments of a call that registers."""

    def __init__(self, view: View, patterns: tuple[str, ...]) -> None:
        self._view = view
        self._patterns = patterns
        self._literals = literals(patterns)
        self._uses = Uses(view)
        self._doubts: dict[str, None] = {}
        self._alive: dict[tuple[str, int], str] = {}
        self._spent = 0

    def outcome(self, starts: Iterable[tuple[str, str]], files: Iterable[str]) -> Outcome:
        """What becomes of the top-level names that the checks have: (path, name).

        Where nothing registers them, `files` are those that a loader may have registered.
        """
        sites = self._sites(starts)
        idle: Outcome | None = None
        for site in sites:
            life = self.life(site.path, site.top)
            if life == "runs":
                return Outcome("registered", site.path, site.top.name or "")
            if life == "unknown":
                self._doubts[site.path] = None
            idle = idle or Outcome("idle", site.path, site.top.name or "")
        doubt = next(iter((*self._doubts, *sorted(self._uses.blind))), None)
        if doubt is None and not sites:
            doubt = next((by for path in files if (by := self._view.loader_of(path)) is not None), None)
        if doubt is not None:
            return Outcome("unknown", doubt)
        return idle or Outcome("absent")

    # Where it is registered

    def _sites(self, starts: Iterable[tuple[str, str]]) -> list[Use]:
        found: list[Use] = []
        waiting = list(starts)
        checks = frozenset(waiting)
        seen = set(waiting)
        while waiting:
            path, name = waiting.pop(0)
            self._spent += 1
            if self._spent > _MOST:
                self._doubts[path] = None
                break
            for use in self._uses.of(path, name):
                if not use.decl.trusted:
                    self._doubts[use.path] = None
                elif use.node is None:
                    # Decorators are not lowered: what they do with a name is open.
                    self._doubts[use.path] = None
                elif (
                    self._is_listed(use)
                    or ((path, name) in checks and _is_told_to_register(use.decl, use.node))
                    or self._registers(use.facts, use.path, use.decl, use.node, 0)
                ):
                    found.append(use)
                    continue
                for carrier in use.top.names:
                    if (use.path, carrier) not in seen:
                        seen.add((use.path, carrier))
                        waiting.append((use.path, carrier))
        return found

    def _is_listed(self, use: Use) -> bool:
        """Whether the mention stands in a registry itself: in its class, or in a table of that name."""
        name = use.top.name or ""
        if use.top.kind == "class":
            return self._is_registry_class(use.facts, use.path, name)
        return use.top.kind == "variable" and self._names_registry(name) and function_of(use.top) is None

    def _registers(self, facts: FileFacts, path: str, decl: Decl, node: n.Node, depth: int) -> bool:
        """Whether a node ends up in the arguments of a call that registers, or in what one is made for."""
        if depth > _DEEPEST:
            return False
        child = node
        for above in decl.ancestors(node):
            if isinstance(above, n.Call | n.New) and child in above.args:
                if self._is_registrar(facts, path, decl, above) or self._passes_on(facts, path, decl, above):
                    return True
                self._note_handed_over(path, above, child)
            elif isinstance(above, n.Call) and child is above.callee and child is not node:
                if any(self._mentions_registrar(facts, path, decl, arg) for arg in above.args):
                    return True
            elif isinstance(above, n.Loop) and child is above.iterable:
                if self._mentions_registrar(facts, path, decl, above.body):
                    return True
            elif isinstance(above, n.Assign) and child is above.value:
                if self._names_registry(decl.text_of(above.target)):
                    return True
            elif isinstance(above, n.Declarator) and child is above.init:
                for binding in scopes_of(decl).declared_by(above):
                    if any(self._registers(facts, path, decl, use, depth + 1) for use in binding.uses):
                        return True
            child = above
        return False

    def _mentions_registrar(self, facts: FileFacts, path: str, decl: Decl, node: n.Node) -> bool:
        """Whether a callback or a loop's body registers, or is the function that does."""
        for inner in walk(node):
            if isinstance(inner, n.Call) and self._is_registrar(facts, path, decl, inner):
                return True
        plain = uncast(node) if isinstance(node, n.Expr) else node
        return isinstance(plain, n.Name | n.Member) and self._is_registering(facts, path, decl, plain)

    def _passes_on(
        self, facts: FileFacts, path: str, decl: Decl, call: n.Call | n.New, depth: int = 0
    ) -> bool:
        """Whether a function or class of the workspace registers what it is given, or hands it on to one."""
        name = dotted(call.callee)
        found = qualified(self._view, path, facts, name) if name is not None else None
        whole = self._view.facts(found.path) if isinstance(found, tuple) else None
        if not isinstance(found, tuple) or whole is None or not found.decl.trusted:
            return False
        decls = found.decl.members if found.decl.kind == "class" else (found.decl,)
        for inner in decls:
            function = function_of(inner)
            if function is None:
                continue
            if self._mentions_registrar(whole, found.path, inner, function):
                return True
            if depth < _HANDED_ON and any(
                isinstance(node, n.Call | n.New)
                and node.args
                and self._passes_on(whole, found.path, inner, node, depth + 1)
                for node in walk(function)
            ):
                return True
        return False

    def _note_handed_over(self, path: str, call: n.Call | n.New, child: n.Node) -> None:
        """Leave a doubt where the check as such goes to code that may well register it."""
        callee = uncast(call.callee)
        name = callee.name if isinstance(callee, n.Name | n.Member) else ""
        given = bare(child) if isinstance(child, n.Expr) else None
        routed = isinstance(given, n.Function) and given.params
        if _handing().match(name) and not routed and not isinstance(given, n.Call | None):
            self._doubts[path] = None

    # What registers

    def _is_registrar(self, facts: FileFacts, path: str, decl: Decl, call: n.Call | n.New) -> bool:
        callee = uncast(call.callee)
        if isinstance(call, n.New):
            name = dotted(callee)
            return name is not None and self._is_registry_class(facts, path, name)
        return isinstance(callee, n.Name | n.Member) and self._is_registering(facts, path, decl, callee)

    def _is_registering(self, facts: FileFacts, path: str, decl: Decl, callee: n.Name | n.Member) -> bool:
        if names_match(self._patterns, callee.name):
            return True
        if isinstance(callee, n.Member):
            return _verb().match(callee.name) is not None and self._is_registry(
                facts, path, decl, callee.object
            )
        binding = scopes_of(decl).binding(callee)
        if binding is None:
            return self._is_free_registrar(facts, path, callee.name)
        if not callee.name.startswith("register"):
            return False
        return isinstance(binding.owner, n.Param) or (
            binding.init is not None and self._is_registry(facts, path, decl, binding.init)
        )

    def _is_free_registrar(self, facts: FileFacts, path: str, name: str) -> bool:
        """Whether a name of the file's top level registers: under an alias, or taken out of a registry."""
        if any(
            bound.local == name and names_match(self._patterns, bound.imported)
            for item in facts.imports
            for bound in item.names
        ):
            return True
        decl = facts.decl(name) if name.startswith("register") else None
        node = decl.node if decl is not None else None
        return (
            decl is not None
            and isinstance(node, n.VarDecl)
            and any(
                isinstance(item.target, n.ObjectPattern)
                and item.init is not None
                and self._is_registry(facts, path, decl, item.init)
                for item in node.declarators
            )
        )

    def _is_registry(self, facts: FileFacts, path: str, decl: Decl, receiver: n.Expr) -> bool:
        """Whether the object of a method call is a registry, by its name, its type or what it is made of."""
        receiver = bare(receiver)
        if isinstance(receiver, n.Name) and receiver.name == "this":
            owner = decl.owner or decl
            return self._is_registry_class(facts, path, owner.name or "")
        if self._names_registry(decl.text_of(receiver)):
            return True
        if isinstance(receiver, n.New):
            return self._is_registry_class(facts, path, dotted(receiver.callee) or "")
        if isinstance(receiver, n.Name):
            return self._named_registry(facts, path, decl, receiver)
        if isinstance(receiver, n.Member) and decl.owner is not None:
            fields = (one for one in decl.owner.members if one.name in {receiver.name, "constructor"})
            return any(
                self._names_registry(line)
                for one in fields
                for line in re.split(r"[,;{\n]", one.data.decode("utf-8", "replace"))
                if re.search(rf"\b{re.escape(receiver.name)}\b", line)
            )
        return False

    def _named_registry(self, facts: FileFacts, path: str, decl: Decl, name: n.Name) -> bool:
        binding = scopes_of(decl).binding(name)
        if binding is not None:
            if binding.type is not None and self._names_registry(decl.text_of(binding.type)):
                return True
            init = binding.init if isinstance(binding.owner, n.Declarator) else None
            return init is not None and self._is_registry(facts, path, decl, init)
        found = qualified(self._view, path, facts, name.name)
        if not isinstance(found, tuple) or not isinstance(found.decl.node, n.VarDecl):
            return False
        whole = self._view.facts(found.path)
        for item in found.decl.node.declarators:
            if item.type is not None and self._names_registry(found.decl.text_of(item.type)):
                return True
            if whole is not None and item.init is not None and item.init is not name:
                made = bare(item.init)
                if isinstance(made, n.New) and self._is_registry(whole, found.path, found.decl, made):
                    return True
        return False

    def _names_registry(self, text: str) -> bool:
        return registry_word().search(text) is not None or any(part in text for part in self._literals)

    def _is_registry_class(self, facts: FileFacts, path: str, name: str) -> bool:
        if names_match(self._patterns, name):
            return True
        found = qualified(self._view, path, facts, name) if name else None
        if not isinstance(found, tuple) or found.decl.kind != "class":
            return False
        return any(
            names_match(self._patterns, link.decl.name or "")
            or any(names_match(self._patterns, member.name or "") for member in link.decl.members)
            for link in chain_of(self._view, found).links
        )

    # Whether it runs

    def life(self, path: str, top: Decl) -> str:
        """Whether a process runs the code of a top-level declaration: "runs", "idle" or "unknown"."""
        key = (path, top.start)
        known = self._alive.get(key)
        if known is None:
            self._alive[key] = "idle"
            known = self._alive[key] = self._judged_life(path, top)
        return known

    def _judged_life(self, path: str, top: Decl) -> str:
        verdict = self._view.reach(path).verdict
        if verdict != "reached":
            return "idle" if verdict == "unreached" else "unknown"
        if _runs_on_load(top) or (path in self._view.roots and (top.exported or top.is_default)):
            return "runs"
        self._spent += 1
        if self._spent > _MOST or not top.trusted:
            return "unknown"
        lives: set[str] = set()
        for name in top.names or ("default",):
            for use in self._uses.of(path, name) if top.names else self._uses.exported(path, name):
                if use.path == path and use.top.start == top.start:
                    continue
                life = self.life(use.path, use.top)
                if life == "runs":
                    return life
                lives.add(life)
        return "unknown" if "unknown" in lives or path in self._uses.blind else "idle"


def _runs_on_load(decl: Decl) -> bool:
    """Whether a declaration's code runs when its file is loaded."""
    if decl.kind in {"statement", "export"}:
        return True
    return decl.kind == "variable" and function_of(decl) is None


def _is_told_to_register(decl: Decl, check: n.Node) -> bool:
    """Whether the check itself, or a closure that calls it, is an argument of some `register` method.

    Of whatever object: who is handed in under a short name and a type of its own registers too.
    """
    child = check
    for above in decl.ancestors(check):
        if isinstance(above, n.Function) and above.params:
            return False
        if isinstance(above, n.Call) and child in above.args:
            callee = uncast(above.callee)
            if isinstance(callee, n.Member) and callee.name == "register":
                return True
        child = above
    return False


@cache
def _verb() -> re.Pattern[str]:
    return re.compile(r"(?:register|add|set|use|push|append|attach|enrol|include|track|watch|with)")


@cache
def _handing() -> re.Pattern[str]:
    """Names of functions that may register, of which nobody knows whether they do."""
    return re.compile(r"(?:register|enrol|monitor|watch|track|add\w*(?:Check|Health|Probe|Dependenc))")
