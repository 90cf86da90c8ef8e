"""Puts schemas where a provider keeps them, and makes code parse with them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer.project.jsonc import as_object, parse_object, strings
from fourlayer.rule.model import Change, Create, TextEdit
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer_rules.derive.editing import FileEditor
from fourlayer_rules.derive.names import convention
from fourlayer_rules.derive.shared import construct, describe_error, error_class, import_path
from fourlayer_rules.derive.style import import_statement, style_of
from fourlayer_rules.derive.symbols import exported, qualified
from fourlayer_rules.derive.zod import At, Known, SchemaWriter, zod_of
from fourlayer_rules.derive.zod_text import Object

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fourlayer.project.snapshot import View
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer.syntax.scope import Binding
    from fourlayer_rules.derive.shared import ErrorClass
    from fourlayer_rules.derive.style import Style
    from fourlayer_rules.derive.zod import Definition

_HOPS = 8
_ERRORS = ("ValidationError", "IntegrationError")


class Schemas:
    """One change that adds schemas and uses them. `path` is the file whose code will parse.

    `usable` is False where the file may not import Zod.
    """

    def __init__(self, ctx: Context, path: str) -> None:
        self.ctx = ctx
        self.view = ctx.view
        self.path = path
        facts = self.view.facts(path)
        if facts is None:
            raise LookupError(path)
        self.facts = facts
        self.provider = self.view.provider_of(path)
        self.api = zod_of(self.view, path)
        self.usable = self.api is not None and facts.trusted
        self.home = f"{self.provider.path}/schemas.ts" if self.provider is not None else path
        self.home_facts = self.view.facts(self.home)
        self.style: Style = style_of(self.view, [path, *([self.home] if self.home_facts else [])])
        self._editors: dict[str, FileEditor] = {}
        self._writer: SchemaWriter | None = None
        self._helper: tuple[str, str, tuple[tuple[str, str], ...]] | None = None
        self._anchor = 0

    # Schemas

    @property
    def writer(self) -> SchemaWriter:
        """Writes what the home lacks."""
        if self._writer is None:
            assert self.api is not None  # noqa: S101 - only asked for where `usable`
            self._writer = SchemaWriter(
                self.view,
                self.home,
                self.api,
                self._known(),
                _constants(self.home_facts),
                exact_optional=_exact_optional(self.view, self.path),
                pascal=self._pascal(),
            )
        return self._writer

    def schema_for(self, decl: Decl, type_: n.Type, hint: str, anchor: Decl) -> tuple[str, bool] | None:
        """The name of a schema for a type, imported into the file, and whether it is exact.

        None where an existing one may not be imported. Raises InexpressibleError.
        """
        self._anchor = (anchor.owner or anchor).start
        name, path, exact = self.writer.constant(At(self.path, self.facts, decl, {}), type_, hint)
        return (name, exact) if self.import_schema(name, path) else None

    def import_schema(self, name: str, path: str) -> bool:
        """Import a schema constant into the file, where layers allow it."""
        if path == self.path:
            return True
        if path != self.home and self.view.layer_of(path) not in {"contracts", self.view.layer_of(self.path)}:
            return False
        if self._means_something_else(name, path):
            return False
        self.editor(self.path).want(self.specifier(path, self.path), name)
        return True

    def _means_something_else(self, name: str, path: str) -> bool:
        """Whether a name is taken in the file."""
        if self.facts.decl(name) is not None:
            return True
        for item in self.facts.imports:
            if item.kind == "import" and any(bound.local == name for bound in item.names):
                return self.view.resolve(item.specifier, self.path).path != path
        return any(
            name == binding.name for decl in self.facts.all_decls() for binding in _bindings(decl, name)
        )

    def specifier(self, target: str, importer: str) -> str:
        """How one file names another."""
        if self.view.exists(importer):
            return self.view.specifier_for(target, importer)
        return self.style.specifier(target, importer)

    def _known(self) -> Mapping[tuple[str, str], Known]:
        """Schemas that say of which declared type they are, in the file and the provider's contracts."""
        found: dict[tuple[str, str], Known] = {}
        paths = [self.path, self.home]
        if self.provider is not None:
            paths += [path for path in self.provider.files if self.view.layer_of(path) == "contracts"]
        for path in dict.fromkeys(paths):
            facts = self.view.facts(path)
            if facts is None or b"Zod" not in facts.text.data:
                continue
            public = {export.name for export in facts.exports}
            for decl in facts.decls:
                if decl.kind != "variable" or b"Zod" not in decl.data or decl.name is None:
                    continue
                if path != self.path and decl.name not in public:
                    continue
                for type_name in _schema_of(decl):
                    target = qualified(self.view, path, facts, type_name)
                    if isinstance(target, tuple):
                        found.setdefault((target.path, target.decl.name or ""), Known(decl.name, path))
        return found

    def _pascal(self) -> bool:
        """Whether the provider's schemas are named like types."""
        names: list[str] = []
        for path in [self.home, self.path, *(self.provider.files[:20] if self.provider is not None else ())]:
            data = self.view.read(path) or b""
            names += [match.decode() for match in re.findall(rb"\bconst (\w+Schema)\b", data)]
        upper = sum(name[:1].isupper() for name in names)
        return upper * 2 > len(names)

    # Parsing

    def parsed(self, value: str, schema: str, decl: Decl, at: n.Node, *, plain: bool = False) -> str:
        """An expression that parses a value, with a failure of the provider's own unless `plain`."""
        helper = None if plain or self._is_mapped(decl, at) else self._parser()
        if helper is None:
            return f"{schema}.parse({value})"
        if not self.import_schema(helper, self.home):
            self._helper = None
            return f"{schema}.parse({value})"
        return f"{helper}({schema}, {value})"

    def _is_mapped(self, decl: Decl, at: n.Node) -> bool:
        """Whether the code around maps whatever is thrown."""
        node = at
        for above in decl.ancestors(at):
            if isinstance(above, n.Try) and above.block is node and above.handler is not None:
                calls = (inner for inner in walk(above.handler) if isinstance(inner, n.Call))
                if any(isinstance(call.callee, n.Name) and _wraps(call.callee.name) for call in calls):
                    return True
            node = above
        return False

    def _parser(self) -> str | None:
        """The name of the function that parses and maps; it is about to be written where it is absent."""
        if self.provider is None:
            return None
        name = f"parse{self.provider.pascal}Response"
        if self._helper is not None:
            return name
        if self.home_facts is not None and self.home_facts.decl(name) is not None:
            return name
        thrown = self._thrown()
        if thrown is None or self.api is None:
            return None
        expression, imports = thrown
        text = (
            f"/** Parses what the service answered; an answer of another shape is an error of ours. */\n"
            f"export function {name}<T>(schema: {self.api.type_of_schema}, value: unknown): T {{\n"
            f"  const parsed = schema.safeParse(value);\n"
            f"  if (!parsed.success) {{\n"
            f"    throw {expression};\n"
            f"  }}\n"
            f"  return parsed.data;\n"
            f"}}\n"
        )
        self._helper = (name, text, imports)
        return name

    def _thrown(self) -> tuple[str, tuple[tuple[str, str], ...]] | None:
        """What is thrown for an answer that does not fit, and what must be imported for it."""
        provider = self.provider
        if provider is None:
            return None
        conventions = self.ctx.settings.conventions
        errors = f"{provider.path}/errors.ts"
        values = {
            "message": f'"{provider.pascal} answered in an unknown shape"',
            "code": f'"{provider.env_prefix.lstrip("_")}_INVALID_RESPONSE"',
            "provider": f'"{provider.folder}"',
            "retryable": "false",
            "status": "undefined",
            "cause": "parsed.error",
        }
        facts = self.view.facts(errors)
        if facts is not None and not any("schemas" in item.specifier for item in facts.imports):
            wrapper = convention(conventions.error_wrapper, provider)
            if isinstance(exported(self.view, errors, wrapper), tuple):
                return f"{wrapper}(parsed.error)", ((errors, wrapper),)
            name = convention(conventions.error_class, provider)
            found = exported(self.view, errors, name)
            if isinstance(found, tuple) and found.decl.kind == "class" and found.decl.trusted:
                args = _constructed(describe_error(self.view, found), values)
                if args is not None:
                    return f"new {name}({args})", ((errors, name),)
        for name in _ERRORS:
            error = error_class(self.view, provider, name)
            args = _constructed(error, values) if error is not None else None
            if error is not None and error.declared is not None and args is not None:
                return f"new {name}({args})", ((import_path(self.view, error.declared, name), name),)
        return None

    def admits_nothing(self, name: str) -> bool:
        """Whether a schema that is about to be written takes `{}`."""
        for definition in self.writer.definitions:
            if definition.name == name and isinstance(definition.expr, Object):
                return all(value.tail.endswith(".optional()") for _, value in definition.expr.properties)
        return False

    # Files

    def editor(self, path: str) -> FileEditor:
        """The editor of an existing file."""
        if path not in self._editors:
            facts = self.view.facts(path)
            if facts is None:
                raise LookupError(path)
            self._editors[path] = FileEditor(facts, self.style)
        return self._editors[path]

    def change(self) -> Change | None:
        """Everything together; None where nothing is different."""
        creates: tuple[Create, ...] = ()
        definitions = self.writer.definitions
        if definitions or self._helper is not None:
            if self.home == self.path:
                self._define_here(definitions)
            elif self.home_facts is None:
                if self.view.exists(self.home):
                    return None
                creates = (Create(self.home, self._new_home(definitions)),)
            elif not self.home_facts.trusted:
                return None
            else:
                self._extend_home(definitions, self.home_facts)
        edits = {path: found for path, editor in self._editors.items() if (found := editor.edits())}
        return Change(edits, creates) if edits or creates else None

    def _define_here(self, definitions: Iterable[Definition]) -> None:
        editor = self.editor(self.path)
        text = "".join(f"{self._definition(each, export=False)}\n" for each in definitions)
        editor.insert_before_statement(self._anchor, text)
        for target, name, type_only in sorted(self.writer.imports):
            editor.want(self.specifier(target, self.path), name, type_only=type_only)
        self._want_zod(editor)

    def _want_zod(self, editor: FileEditor) -> None:
        assert self.api is not None  # noqa: S101 - only asked for where `usable`
        editor.want(self.api.specifier, "z")

    def _home_imports(self) -> list[tuple[str, str, bool]]:
        """Specifier, name, whether as a type: what the home needs beside Zod."""
        wanted = [
            (self.specifier(target, self.home), name, type_only)
            for target, name, type_only in sorted(self.writer.imports)
        ]
        if self._helper is not None:
            wanted += [(self.specifier(target, self.home), name, False) for target, name in self._helper[2]]
        return wanted

    def _new_home(self, definitions: Iterable[Definition]) -> str:
        assert self.api is not None  # noqa: S101 - only asked for where `usable`
        lines = [import_statement(["z"], self.api.specifier)]
        grouped: dict[tuple[str, bool], list[str]] = {}
        for specifier, name, type_only in self._home_imports():
            grouped.setdefault((specifier, type_only), []).append(name)
        local = [
            import_statement(names, specifier, type_only=type_only)
            for (specifier, type_only), names in grouped.items()
        ]
        if local:
            lines += ["", *local]
        parts = ["\n".join(lines) + "\n", *(self._definition(each, export=True) for each in definitions)]
        if self._helper is not None:
            parts.append(self._helper[1])
        return self.style.apply("\n".join(parts))

    def _extend_home(self, definitions: Iterable[Definition], facts: FileFacts) -> None:
        editor = self.editor(self.home)
        parts = [self._definition(each, export=True) for each in definitions]
        if self._helper is not None:
            parts.append(self._helper[1])
        data = facts.text.data
        end = len(data)
        lead = "\n" if not data or data.endswith(b"\n") else "\n\n"
        editor.insert(end, lead + "\n".join(parts))
        self._want_zod(editor)
        for specifier, name, type_only in self._home_imports():
            editor.want(specifier, name, type_only=type_only)

    def _definition(self, definition: Definition, *, export: bool) -> str:
        word = "export const" if export else "const"
        head = f"{word} {definition.name}"
        if not definition.type_name:
            return f"{head} = {definition.expr.render('', len(head) + 4)};\n"
        body = definition.expr.render("  ", 6)
        cast = "" if definition.exact else f" as z.ZodType<{definition.type_name}>"
        return f"{head}: z.ZodType<{definition.type_name}> = z.lazy(() =>\n  {body}\n){cast};\n"

    # What is no longer needed

    def drop_unused(self, names: Iterable[str], removed: Iterable[tuple[int, int]]) -> None:
        """Remove imports and unexported types that only stood in the removed bytes."""
        data = self.facts.text.data
        gone = list(removed)
        for name in names:
            decl = self.facts.decl(name)
            if decl is not None:
                if self._is_idle(decl, name, gone):
                    self.editor(self.path).remove_statement(decl.start, decl.end)
                continue
            for edit in _import_removal(self.facts, name, data, gone):
                self.editor(self.path).replace(edit.start, edit.end, edit.text)

    def _is_idle(self, decl: Decl, name: str, gone: list[tuple[int, int]]) -> bool:
        """Whether nothing uses a declaration any more."""
        if decl.exported or any(export.local == name for export in self.facts.exports):
            return False
        ranges = [*gone, (decl.start, decl.end)]
        return next(uses_outside(name, self.facts.text.data, ranges), None) is None


def _constructed(error: ErrorClass, values: Mapping[str, str]) -> str | None:
    """The arguments of a provider error; what a failed parse gives is an `Error` already."""
    args = construct(error, values)
    cause = values["cause"]
    return None if args is None else args.replace(f"{cause} instanceof Error ? {cause} : undefined", cause)


def uses_outside(name: str, data: bytes, gone: Iterable[tuple[int, int]]) -> Iterator[int]:
    """Where a word stands in a file, some ranges left out."""
    ranges = list(gone)
    for match in re.finditer(rb"(?<![\w$])" + re.escape(name.encode()) + rb"(?![\w$])", data):
        if not any(start <= match.start() < end for start, end in ranges):
            yield match.start()


def _import_removal(
    facts: FileFacts, name: str, data: bytes, gone: list[tuple[int, int]]
) -> Iterator[TextEdit]:
    for item in facts.imports:
        bound = next((b for b in item.names if b.local == name), None)
        if item.kind != "import" or bound is None or not item.trusted:
            continue
        if next(uses_outside(name, data, [*gone, (item.stmt.start, item.stmt.end)]), None) is not None:
            return
        if len(item.names) == 1:
            end = item.stmt.end
            while data[end : end + 1] in (b" ", b"\t", b"\r"):
                end += 1
            yield TextEdit(item.stmt.start, end + (data[end : end + 1] == b"\n"), "")
            return
        if bound.imported in {"*", "default", "="}:
            return
        start, end = bound.span.start, bound.span.end
        before = data[:start].rstrip()
        if before.endswith(b"type") and data[len(before) : start].isspace():
            start = len(before) - 4
        after = end
        while data[after : after + 1].isspace():
            after += 1
        if data[after : after + 1] == b",":
            after += 1
            while data[after : after + 1].isspace():
                after += 1
            yield TextEdit(start, after, "")
        else:
            head = data[:start].rstrip()
            yield TextEdit(len(head) - head.endswith(b","), end, "")
        return


def _bindings(decl: Decl, name: str) -> Iterator[Binding]:
    """What a declaration binds inside, where it mentions the name at all."""
    from fourlayer.syntax.scope import scopes_of

    if decl.kind not in {"import", "class"} and name.encode() in decl.data:
        yield from scopes_of(decl).bindings


def _wraps(name: str) -> bool:
    return re.match(r"(wrap|map|to|as|normalize|translate)\w*Error$", name) is not None


def _constants(facts: FileFacts | None) -> dict[str, str]:
    """The constants of a file: name to the text of the value."""
    found: dict[str, str] = {}
    for decl in facts.decls if facts is not None else ():
        if decl.kind in {"import", "statement"}:
            continue
        for name in decl.names:
            found[name] = ""
        node = decl.node if decl.kind == "variable" else None
        if isinstance(node, n.VarDecl) and len(node.declarators) == 1:
            init = node.declarators[0].init
            if decl.name is not None and init is not None:
                found[decl.name] = decl.text_of(init)
    return found


def _schema_of(decl: Decl) -> Iterator[str]:
    """The names of the types that a constant says it is the schema of."""
    node = decl.node
    if not isinstance(node, n.VarDecl):
        return
    for declarator in node.declarators:
        types = [declarator.type]
        if isinstance(declarator.init, n.Cast) and declarator.init.op == "satisfies":
            types.append(declarator.init.type)
        for type_ in types:
            if isinstance(type_, n.TypeRef) and type_.name in {
                "z.ZodType",
                "ZodType",
                "z.ZodSchema",
                "z.Schema",
            }:
                arg = type_.args[0] if type_.args else None
                if isinstance(arg, n.TypeRef) and not arg.args:
                    yield arg.name


def _exact_optional(view: View, path: str) -> bool:
    """Whether the file is compiled with `exactOptionalPropertyTypes`."""
    folder = path.rpartition("/")[0]
    while True:
        config = f"{folder}/tsconfig.json" if folder else "tsconfig.json"
        if view.exists(config):
            return _option(view, config, 0)
        if not folder:
            return False
        folder = folder.rpartition("/")[0]


def _option(view: View, config: str, hops: int) -> bool:
    from posixpath import join, normpath

    content = parse_object(view.read(config))
    value = as_object(content.get("compilerOptions")).get("exactOptionalPropertyTypes")
    if value is not None:
        return value is True
    bases = content.get("extends")
    for base in reversed((bases,) if isinstance(bases, str) else strings(bases)):
        if hops > _HOPS:
            continue
        if not base.startswith("."):
            return True
        target = normpath(join(config.rpartition("/")[0], base))
        for candidate in (target, f"{target}.json"):
            if view.exists(candidate):
                return _option(view, candidate, hops + 1)
    return False


def is_local_type(decl: Decl, type_: n.Type) -> bool:
    """Whether a type names something that is declared inside the function around it."""
    from fourlayer.syntax.scope import scopes_of

    inner = {binding.name for binding in scopes_of(decl).bindings if binding.kind == "type"}
    return any(isinstance(node, n.TypeRef) and node.name in inner for node in walk(type_))
