"""Brings a misplaced health check to `health.ts`, or lets what is there take its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.snapshot import Survey
from fourlayer.rule.model import Change, Create
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import uncast
from fourlayer.syntax.facts import walk
from fourlayer_rules.derive.dtos import attached_start
from fourlayer_rules.derive.editing import FileEditor
from fourlayer_rules.derive.health import Check, health_checks, health_path
from fourlayer_rules.derive.model import build_model
from fourlayer_rules.derive.style import import_statement
from fourlayer_rules.derive.symbols import alike, qualified
from fourlayer_rules.structure.misplaced_health_check._find import misplaced
from fourlayer_rules.templates.health import health_code, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Finding
    from fourlayer.syntax.facts import FileFacts
    from fourlayer_rules.derive.model import ProviderModel
    from fourlayer_rules.structure.misplaced_health_check._find import Misplaced


class Moved(NamedTuple):
    """The change, and what it does in a few words."""

    title: str
    change: Change


def move(ctx: Context, finding: Finding) -> Moved | None:
    """The change; None where it is not certain to compile."""
    provider = ctx.view.provider(finding.provider or "")
    if provider is None or finding.certainty != "violation":
        return None
    found = misplaced(ctx, provider, finding.path)
    item = next((one for one in found if one.name == finding.scope and one.span is None), None)
    if item is None:
        return None
    mover = _Mover(ctx, build_model(ctx.view, ctx.settings, provider), item)
    return mover.moved()


class _Mover:
    def __init__(self, ctx: Context, model: ProviderModel, item: Misplaced) -> None:
        self._ctx = ctx
        self._view = ctx.view
        self._model = model
        self._item = item
        self._health = health_path(model.provider)
        self._facts = ctx.view.facts(self._health) if ctx.view.exists(self._health) else None
        self._own_name = item.name.rpartition(".")[2]
        self._editors: dict[str, FileEditor] = {}
        self._creates: list[Create] = []

    def moved(self) -> Moved | None:
        """Decide by what `health.ts` does today."""
        if self._facts is not None and not self._facts.trusted:
            return None
        checks = health_checks(self._ctx, self._model.provider)
        passing = [check for check in checks if self._passes_on(check)]
        name, short = self._item.name, self._own_name
        own = next((check for check in checks if check not in passing and check.is_here), None)
        if own is not None:
            title = f"Let {own.name} of health.ts take the place of {name}"
            return self._result(title, self._replaced_by(own.name, own))
        if any(check.is_here and check.declared.decl.kind != "function" for check in passing):
            return None
        if self._item.decl.owner is None or not _uses_this(self._item.function):
            return self._result(f"Move {short} to health.ts", self._move_text(passing))
        check_name = passing[0].name if passing else self._model.names.health_check
        title = f"Write {check_name} in health.ts, which asks by itself, instead of {name}"
        return self._result(title, self._write_template(passing, check_name))

    def _result(self, title: str, done: bool) -> Moved | None:
        if not done:
            return None
        edits = {path: editor.edits() for path, editor in self._editors.items()}
        return Moved(title, Change({path: own for path, own in edits.items() if own}, tuple(self._creates)))

    def _editor(self, path: str, facts: FileFacts) -> FileEditor:
        return self._editors.setdefault(path, FileEditor(facts, self._model.style))

    def _passes_on(self, check: Check) -> bool:
        """Whether a check of `health.ts` is the misplaced one, or calls it."""
        if check.declared.decl is self._item.decl or check.declared.path == self._item.path:
            return True
        calls = (node for node in walk(check.declared.decl.node) if isinstance(node, n.Call))
        return any(_last(call) == self._own_name for call in calls)

    # The old place

    def _replaced_by(self, check_name: str, own: Check | None) -> bool:
        """Remove the method, or let it pass on what the check finds where somebody calls it."""
        if not self._is_used():
            return self._remove()
        return own is not None and self._pass_on(check_name, own)

    def _is_used(self) -> bool:
        """Whether anybody in the workspace calls something of that name as a method, tests included."""
        word = self._own_name.encode()
        pattern = re.compile(rb"(?:\.|\?\.|\[[\"'])" + word + rb"\b")
        survey = Survey(
            f"uses of a member:{self._own_name}",
            lambda _, facts: len(pattern.findall(facts.text.data)) or None,
            (word,),
            tests=True,
        )
        paths = [path for path in self._view.survey(survey) if path != self._health]
        return any(self._knows_provider(path) for path in paths)

    def _knows_provider(self, path: str) -> bool:
        """Whether a file can have to do with the provider at all: others have methods of that name too."""
        provider, owner = self._model.provider, self._item.decl.owner
        if path.startswith(provider.path + "/"):
            return True
        data = self._view.read(path) or b""
        words = [
            provider.folder,
            provider.pascal,
            (owner.name if owner is not None else None) or provider.pascal,
        ]
        return any(word.encode() in data for word in words) or b"integrations" in data

    def _remove(self) -> bool:
        item = self._item
        if item.decl.owner is None or self._leaves_orphans(item.decl.start, item.decl.end):
            return False
        editor = self._editor(item.path, item.facts)
        editor.remove_statement(attached_start(item.facts, item.decl.start), item.decl.end)
        self._drop_imports(item.decl.start, item.decl.end)
        return True

    def _leaves_orphans(self, start: int, end: int) -> bool:
        """Whether private members or declarations of the file would be used by nobody any more."""
        data = self._item.facts.text.data
        rest = data[:start] + data[end:]
        owner = self._item.decl.owner
        private = [
            member.name
            for member in (owner.members if owner is not None else ())
            if member.name is not None
            and (b"private" in member.data[: member.name_span.start - member.start] or member.name[0] == "#")
        ]
        local = [
            name
            for decl in self._item.facts.decls
            if decl.kind not in {"import", "export"} and not decl.exported and decl is not owner
            for name in decl.names
        ]
        exported = {export.local for export in self._item.facts.exports}
        return any(
            _count(name, data[start:end]) > 0 and _count(name, rest) <= 1
            for name in {*private, *local} - exported
        )

    def _drop_imports(self, start: int, end: int) -> None:
        """Take out the imports that only the removed bytes used."""
        facts = self._item.facts
        editor = self._editor(self._item.path, facts)
        data = facts.text.data
        spans = [item.stmt for item in facts.imports if item.kind == "import"]
        code = data[:start] + data[end:]
        for span in sorted(spans, reverse=True):
            if span.end <= start:
                code = code[: span.start] + code[span.end :]
        for item in facts.imports:
            if item.kind != "import":
                continue
            gone = [
                bound.local
                for bound in item.names
                if bound.local is not None
                and _count(bound.local, data[start:end]) > 0
                and _count(bound.local, code) == 0
            ]
            if gone:
                editor.unimport(item, gone)

    def _pass_on(self, check_name: str, own: Check) -> bool:
        """Let the method return what the check finds."""
        item, function = self._item, self._item.function
        node = item.decl.node
        body = function.body
        if not isinstance(node, n.ClassMember) or not isinstance(body, n.Block) or function.params:
            return False
        if self._imports_item() or not self._same_status(own) or _is_bound(check_name, item.facts):
            return False
        span = item.decl.span(body)
        if self._leaves_orphans(span.start, span.end):
            return False
        editor = self._editor(item.path, item.facts)
        indent = self._indent(item.decl.start)
        inner = indent + self._model.style.indent
        returned = f"return {'await ' if function.is_async else ''}{check_name}();"
        editor.replace(span.start, span.end, editor.local(f"{{\n{inner}{returned}\n{indent}}}"))
        editor.want(self._view.specifier_for(self._health, item.path), check_name)
        self._drop_imports(span.start, span.end)
        return True

    def _imports_item(self) -> bool:
        """Whether `health.ts` imports the file: the other way round it would be a cycle."""
        for item in self._facts.imports if self._facts is not None else ():
            if self._view.resolve(item.specifier, self._health).path == self._item.path:
                return True
        return False

    def _same_status(self, own: Check) -> bool:
        """Whether the method and the check promise the same type, and the check asks for no argument."""
        node = own.declared.decl.node
        function = node.function if isinstance(node, n.FunctionDecl) else None
        if function is None or any(not (p.optional or p.default is not None) for p in function.params):
            return False
        mine, theirs = _promised(self._item.function), _promised(function)
        if mine is None or theirs is None:
            return False
        one = qualified(self._view, self._item.path, self._item.facts, mine)
        two = qualified(self._view, own.declared.path, own.declared.facts, theirs)
        return isinstance(one, tuple) and isinstance(two, tuple) and one.decl is two.decl

    # A check of its own for health.ts

    def _write_template(self, passing: Sequence[Check], check_name: str) -> bool:
        if self._is_used() or len(passing) > 1:
            return False
        model = self._model._replace(names=self._model.names._replace(health_check=check_name))
        if self._facts is None:
            self._creates.append(Create(self._health, render(model)))
            return self._remove()
        code = health_code(model, self._health)
        if not self._place(passing, code.text, code.imports):
            return False
        return self._remove()

    # The code as it is

    def _move_text(self, passing: Sequence[Check]) -> bool:
        item = self._item
        names = [alike(self._own_name), *(alike(check.name) for check in passing)]
        accepted = alike(self._model.names.health_check), "checkhealth"
        name = passing[0].name if passing else self._model.names.health_check
        if alike(self._own_name) in accepted and not passing:
            name = self._own_name
        if len(passing) > 1 or not names:
            return False
        imports = self._needed()
        text = self._function_text(name)
        if imports is None or text is None:
            return False
        if item.decl.owner is not None:
            if self._is_used() or not self._remove():
                return False
        elif not self._remove_function(name):
            return False
        if self._facts is None:
            lines = [import_statement([name], spec, type_only=only) for spec, name, only in imports]
            head = "\n".join(lines) + "\n\n" if lines else ""
            self._creates.append(Create(self._health, self._model.style.apply(head) + text))
            return True
        return self._place(passing, text, imports, local=False)

    def _function_text(self, name: str) -> str | None:
        """The function as a declaration of `health.ts`, in its own style."""
        item, function = self._item, self._item.function
        decl, body = item.decl, function.body
        if not isinstance(body, n.Block) or function.return_type is None or function.type_params:
            return None
        params = decl.text_of(n.Node(function.params_start, function.params_end))
        word = "async function" if function.is_async else "function"
        indent = self._indent(decl.start)
        lines = decl.text_of(body).split("\n")
        if any(isinstance(node, n.Template) and "\n" in decl.text_of(node) for node in walk(body)):
            return None
        block = "\n".join([lines[0], *(line.removeprefix(indent) for line in lines[1:])])
        comment = self._comment(indent)
        return f"{comment}export {word} {name}{params}: {decl.text_of(function.return_type)} {block}\n"

    def _comment(self, indent: str) -> str:
        item = self._item
        start = attached_start(item.facts, item.decl.start)
        if start == item.decl.start:
            return ""
        text = item.facts.text.data[start : item.decl.start].decode().rstrip()
        return "\n".join(line.removeprefix(indent) for line in text.split("\n")) + "\n"

    def _needed(self) -> list[tuple[str, str, bool]] | None:
        """What the code names of its file, as imports of `health.ts`; None where it cannot import it."""
        item = self._item
        names: dict[str, bool] = {}
        parts: list[n.Node] = [*item.function.params]
        parts += [part for part in (item.function.return_type, item.function.body) if part is not None]
        for part in parts:
            for node in walk(part):
                if isinstance(node, n.TypeRef):
                    names.setdefault(node.name.partition(".")[0], True)
                elif isinstance(node, n.Name):
                    names[node.name] = False
        found: list[tuple[str, str, bool]] = []
        for name, type_only in names.items():
            decl = item.facts.decl(name)
            if decl is not None and decl is not item.decl:
                if not decl.exported or decl.kind == "class":
                    return None
                found.append((self._view.specifier_for(item.path, self._health), name, type_only))
                continue
            for imported in item.facts.imports:
                for bound in imported.names:
                    if bound.local != name:
                        continue
                    if bound.imported != name or imported.kind != "import":
                        return None
                    target = self._view.resolve(imported.specifier, item.path).path
                    if target == self._health:
                        return None
                    spec = imported.specifier
                    if target is not None and spec.startswith("."):
                        spec = self._view.specifier_for(target, self._health)
                    found.append((spec, name, bound.type_only or type_only))
        return found

    def _remove_function(self, name: str) -> bool:
        """Remove a function of a file, and let those who import it do so from `health.ts`."""
        item = self._item
        if len(item.decl.names) != 1 or self._leaves_orphans(item.decl.start, item.decl.end):
            return False
        if _count(self._own_name, item.facts.text.data) != 1:
            return False
        for edge in self._view.importers(item.path):
            bound = [one for one in edge.import_.names if one.imported in {self._own_name, "*"}]
            if edge.importer == self._health or not bound:
                continue
            facts = self._view.facts(edge.importer)
            if facts is None or len(edge.import_.names) != 1 or bound[0].imported != name:
                return False
            span = edge.import_.span
            quote = facts.text.data[span.start : span.start + 1].decode()
            spec = self._view.specifier_for(self._health, edge.importer)
            self._editor(edge.importer, facts).replace(span.start, span.end, f"{quote}{spec}{quote}")
        editor = self._editor(item.path, item.facts)
        editor.remove_statement(attached_start(item.facts, item.decl.start), item.decl.end)
        self._drop_imports(item.decl.start, item.decl.end)
        return True

    # The new place

    def _place(
        self,
        passing: Sequence[Check],
        text: str,
        imports: Sequence[tuple[str, str, bool]],
        *,
        local: bool = True,
    ) -> bool:
        """Put declarations into the `health.ts` that is there, in place of what passed on the old ones."""
        facts = self._facts
        if facts is None:
            return False
        editor = self._editor(self._health, facts)
        data = facts.text.data
        written = editor.local(text) if local else text
        check = passing[0] if passing else None
        replaced = check.name if check is not None else None
        kept = {name for decl in facts.decls for name in decl.names if decl.name != replaced}
        if kept & set(_declared(text)):
            return False
        for spec, name, type_only in imports:
            editor.want(spec, name, type_only=type_only)
        if check is not None and check.is_here:
            decl = check.declared.decl
            start = attached_start(facts, decl.start)
            editor.replace(start, decl.end, written.rstrip())
            return self._drop_health_imports(start, decl.end, {name for _, name, _ in imports})
        if check is not None:
            export = next(one for one in facts.exports if one.name == check.name)
            if sum(one.stmt == export.stmt for one in facts.exports) != 1:
                return False
            editor.replace(export.stmt.start, export.stmt.end, written.rstrip())
            return True
        end = len(data.rstrip())
        editor.replace(end, len(data), ("\n\n" if end else "") + written)
        return True

    def _drop_health_imports(self, start: int, end: int, wanted: set[str]) -> bool:
        facts = self._facts
        if facts is None:
            return False
        editor = self._editor(self._health, facts)
        data = facts.text.data
        for item in facts.imports:
            names = [bound.local for bound in item.names if bound.local is not None]
            rest = data[: item.stmt.start] + data[item.stmt.end : start] + data[end:]
            gone = [name for name in names if name not in wanted and _count(name, rest) == 0]
            if item.kind == "import" and gone:
                editor.unimport(item, gone)
        return True

    def _indent(self, offset: int) -> str:
        data = self._item.facts.text.data
        lead = data[data.rfind(b"\n", 0, offset) + 1 : offset]
        return lead.decode() if not lead.strip() else ""


def _uses_this(function: n.Function) -> bool:
    parts: list[n.Node] = [*function.params]
    parts += [function.body] if function.body is not None else []
    return any(
        isinstance(node, n.Name) and node.name in {"this", "super"} for part in parts for node in walk(part)
    )


def _promised(function: n.Function) -> str | None:
    type_ = function.return_type
    inner = type_.args[0] if isinstance(type_, n.TypeRef) and len(type_.args) == 1 else None
    return inner.name if isinstance(inner, n.TypeRef) and not inner.args else None


def _last(call: n.Call) -> str:
    callee = uncast(call.callee)
    return callee.name if isinstance(callee, n.Member | n.Name) else ""


def _count(name: str, data: bytes) -> int:
    return len(re.findall(rb"(?<![\w$])" + re.escape(name.encode()) + rb"(?![\w$])", data))


def _is_bound(name: str, facts: FileFacts) -> bool:
    imported = any(bound.local == name for item in facts.imports for bound in item.names)
    return imported or facts.decl(name) is not None


def _declared(text: str) -> list[str]:
    from fourlayer.syntax.facts import build_facts
    from fourlayer.syntax.text import Text

    facts = build_facts(Text.from_str(text), "ts")
    return [name for decl in facts.decls for name in decl.names]
