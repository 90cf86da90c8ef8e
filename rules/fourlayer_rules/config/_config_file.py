"""A provider's `config.ts` as fixes need it: its load function, and where one more setting goes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.functions import function_of, returned_values
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.config._schema import PARSES, Place, Shape, literal_of, shape_of
from fourlayer_rules.derive.env import is_env, variable_of
from fourlayer_rules.derive.style import newline_of
from fourlayer_rules.derive.symbols import alike

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.layout import Provider
    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer_rules.derive.editing import FileEditor

Form = Literal["object", "environment", "picked", "plain"]


class Setting(NamedTuple):
    """A setting to add. `schema` validates the variable's text, `type` is what then comes of it.

    `plain` is the expression that reads it where there is no schema.
    """

    key: str
    variable: str
    schema: str
    type: str
    plain: str
    empty_is_absent: bool = False


class ConfigFile(NamedTuple):
    """What a load function in `config.ts` does.

    `form`: "object" parses an object made of variables, "environment" parses the environment and returns
    the result, "picked" returns an object made of a parsed environment (`source` holds that), "plain"
    returns an object without a schema. `entries` is the object that is parsed or returned. `members` is
    the interface that the function declares to return.
    """

    path: str
    facts: FileFacts
    loader: str
    decl: Decl
    form: Form
    shape: Shape | None
    entries: tuple[Place, n.Object] | None
    source: str
    members: tuple[Decl, n.TypeObject] | None

    def key_of(self, variable: str) -> str | None:
        """The key under which the loaded configuration holds a variable."""
        if self.form == "environment":
            return variable if self.shape is not None and variable in self.shape.fields else None
        for prop in self.entries[1].props if self.entries is not None else ():
            if isinstance(prop, n.Prop) and prop.key is not None and _reads_only(prop.value, variable):
                return prop.key
        return None

    def schema_text(self, key: str, variable: str) -> str | None:
        """The schema of a key as written; None where it has none."""
        if self.shape is None:
            return None
        field = self.shape.fields.get(variable if self.form in {"environment", "picked"} else key)
        return field.place.decl.text_of(field.prop.value) if field is not None else None

    def taken(self) -> set[str]:
        """The keys that are taken."""
        found = set(self.shape.fields) if self.shape is not None else set[str]()
        if self.entries is not None:
            found |= {prop.key for prop in self.entries[1].props if isinstance(prop, n.Prop) and prop.key}
        return found


def config_file(view: View, provider: Provider) -> ConfigFile | None:
    """The provider's configuration; None where its load function is of an unknown form."""
    path = f"{provider.path}/config.ts"
    facts = view.facts(path) if view.exists(path) else None
    if facts is None or not facts.trusted:
        return None
    exported = {export.local for export in facts.exports}
    found: list[tuple[int, int, ConfigFile]] = []
    for order, decl in enumerate(facts.decls):
        function = function_of(decl) if decl.kind in {"function", "variable"} else None
        name = decl.name or ""
        if function is None or name not in exported or function.is_async:
            continue
        if not re.match(r"(load|get|read|parse|create)\w*(config|settings|env)", name, re.IGNORECASE):
            continue
        if any(not (param.optional or param.rest or param.default is not None) for param in function.params):
            continue
        made = _made(view, path, facts, decl, function)
        if made is not None:
            found.append((0 if alike(provider.pascal) in alike(name) else 1, order, made))
    return min(found, key=lambda item: item[:2])[2] if found else None


def _made(view: View, path: str, facts: FileFacts, decl: Decl, function: n.Function) -> ConfigFile | None:
    values = list(returned_values(function))
    typed = _members(facts, function.return_type)
    if len(values) != 1 or typed == "unknown":
        return None
    members = None if typed == "inferred" else typed
    place = Place(view, path, facts, decl)
    value = _unwrapped(place, values[0])
    if isinstance(value, n.Object):
        return _returned(place, decl, value, members)
    call = value if isinstance(value, n.Call) else None
    parsed = _parsed(place, call) if call is not None else None
    if parsed is None or call is None:
        return None
    shape, argument = parsed
    if is_env(scopes_of(decl), argument, facts):
        return ConfigFile(path, facts, decl.name or "", decl, "environment", shape, None, "", members)
    literal = literal_of(place, argument)
    if literal is None or literal[0].path != path:
        return None
    source = environment_of(literal[0], literal[1], function.params)
    return ConfigFile(path, facts, decl.name or "", decl, "object", shape, literal, source, members)


def _unwrapped(place: Place, expr: n.Expr) -> n.Expr:
    """The expression behind casts, a local variable, and `.data` of a parse that is checked."""
    for _ in range(4):
        if isinstance(expr, n.Cast):
            expr = expr.value
        elif isinstance(expr, n.Member) and expr.name == "data":
            expr = expr.object
        elif isinstance(expr, n.Name):
            binding = scopes_of(place.decl).binding(expr)
            if binding is None or binding.value is None:
                return expr
            expr = binding.value
        else:
            break
    return expr


def _parsed(place: Place, call: n.Call) -> tuple[Shape, n.Expr] | None:
    callee = call.callee
    if not isinstance(callee, n.Member) or callee.name not in PARSES or not call.args:
        return None
    shape = shape_of(place, callee.object)
    if shape is None or shape.home is None or shape.home[0].path != place.path:
        return None
    return shape, call.args[0]


def _returned(
    place: Place, decl: Decl, value: n.Object, members: tuple[Decl, n.TypeObject] | None
) -> ConfigFile:
    """A load function that returns an object of its own."""
    scopes = scopes_of(decl)
    name = decl.name or ""
    for node in walk(value):
        if not isinstance(node, n.Member) or not isinstance(node.object, n.Name):
            continue
        binding = scopes.binding(node.object)
        call = binding.value if binding is not None else None
        parsed = _parsed(place, call) if isinstance(call, n.Call) else None
        if parsed is not None and is_env(scopes, parsed[1], place.facts):
            return ConfigFile(
                place.path,
                place.facts,
                name,
                decl,
                "picked",
                parsed[0],
                (place, value),
                node.object.name,
                members,
            )
    return ConfigFile(
        place.path, place.facts, name, decl, "plain", None, (place, value), "process.env", members
    )


def _members(
    facts: FileFacts, type_: n.Type | None
) -> tuple[Decl, n.TypeObject] | Literal["inferred", "unknown"]:
    """The interface that a function says it returns; "inferred" where the type follows the schema."""
    if type_ is None:
        return "inferred"
    if not isinstance(type_, n.TypeRef):
        return "unknown"
    if type_.name.rpartition(".")[2] in {"infer", "output", "TypeOf"}:
        return "inferred"
    if type_.name == "Readonly" and type_.args:
        return _members(facts, type_.args[0])
    decl = facts.decl(type_.name)
    node = decl.node if decl is not None else None
    if decl is not None and isinstance(node, n.InterfaceDecl):
        return decl, node.body
    if decl is not None and isinstance(node, n.TypeAlias):
        if isinstance(node.value, n.TypeObject):
            return decl, node.value
        return _members(facts, node.value)
    return "unknown"


def environment_of(place: Place, literal: n.Object, params: tuple[n.Param, ...]) -> str:
    """How the neighbours name the environment, else the parameter that holds it, else `process.env`."""
    scopes = scopes_of(place.decl)
    for node in walk(literal):
        if not isinstance(node, (n.Member, n.Index)) or variable_of(node) is None:
            continue
        if is_env(scopes, node.object, place.facts):
            return place.decl.text_of(node.object)
    for param in params:
        if isinstance(param.target, n.Name) and is_env(scopes, param.target, place.facts):
            return param.target.name
    return "process.env"


def _reads_only(value: n.Expr, variable: str) -> bool:
    """Whether a value is a variable's and nothing else: `env.X`, `env.X || undefined`, `parsed.X`."""
    if isinstance(value, n.Binary) and value.op in {"||", "??"}:
        return isinstance(value.right, n.Const) and _reads_only(value.left, variable)
    while isinstance(value, n.Cast):
        value = value.value
    return variable_of(value) == variable


# One more setting


def add_setting(editor: FileEditor, config: ConfigFile, setting: Setting) -> str | None:
    """Add a setting; the key under which the loaded configuration holds it. None: there is no place."""
    if config.form == "environment":
        return setting.variable if _to_schema(editor, config, setting.variable, setting.schema) else None
    if config.entries is None:
        return None
    if config.form == "object" and not _to_schema(editor, config, setting.key, setting.schema):
        return None
    if (
        config.form == "picked"
        and setting.variable not in (config.shape.fields if config.shape else ())
        and not _to_schema(editor, config, setting.variable, setting.schema)
    ):
        return None
    append_entry(
        editor, config.entries[0].decl, config.entries[1], f"{setting.key}: {_value(config, setting)}"
    )
    if config.members is not None:
        mark = "?" if setting.type.endswith("undefined") else ""
        _append_member(editor, config, f"{setting.key}{mark}: {setting.type};")
    return setting.key


def _value(config: ConfigFile, setting: Setting) -> str:
    if config.form == "plain":
        return setting.plain
    if config.form == "picked":
        return f"{config.source}.{setting.variable}"
    data = config.facts.text.data
    quoted = f'{config.source}["'.encode() in data and f"{config.source}.".encode() not in data
    read = f'{config.source}["{setting.variable}"]' if quoted else f"{config.source}.{setting.variable}"
    fills = setting.empty_is_absent or b"|| undefined" in data
    return f"{read} || undefined" if fills else read


def _to_schema(editor: FileEditor, config: ConfigFile, key: str, schema: str) -> bool:
    home = config.shape.home if config.shape is not None else None
    if home is None or home[0].path != config.path:
        return False
    zod = zod_local(config.facts)
    if zod is None:
        return False
    append_entry(editor, home[0].decl, home[1], f"{key}: {schema.replace('z.', f'{zod}.')}")
    return True


def zod_local(facts: FileFacts) -> str | None:
    """The name that a file knows zod by."""
    for item in facts.imports:
        if item.specifier == "zod" or item.specifier.startswith("zod/"):
            for bound in item.names:
                if bound.local is not None and bound.imported in {"z", "*", "default", "="}:
                    return bound.local
    return None


def append_entry(editor: FileEditor, decl: Decl, literal: n.Object, text: str) -> None:
    """Add an entry to an object literal, on a line of its own where the others have theirs."""
    whole = decl.span(literal)
    last = decl.span(literal.props[-1]) if literal.props else None
    _insert(editor, whole.start, whole.end, last.end if last is not None else None, text, ",")


def _append_member(editor: FileEditor, config: ConfigFile, text: str) -> None:
    if config.members is None:
        return
    decl, body = config.members
    whole = decl.span(body)
    last = decl.span(body.members[-1]) if body.members else None
    _insert(editor, whole.start, whole.end, last.end if last is not None else None, text.rstrip(";"), ";")


def _insert(editor: FileEditor, start: int, end: int, last: int | None, text: str, separator: str) -> None:
    data = editor.facts.text.data
    local = editor.local(text)
    if last is None:
        editor.replace(start + 1, end - 1, f" {local} ")
        return
    newline = newline_of(data)
    after = last
    while data[after : after + 1] in {b" ", b"\t"}:
        after += 1
    present = data[after : after + 1] in {b",", b";"}
    stop = after + 1 if present else last
    line = data.rfind(b"\n", 0, last) + 1
    closing = data.find(b"\n", stop)
    multiline = line > start and 0 <= closing < end
    if not multiline:
        mark = separator if separator == "," or editor.style.semicolons else ","
        editor.replace(stop, stop, f" {local}" if present else f"{mark} {local}")
        return
    lead = data[line:last]
    indent = lead[: len(lead) - len(lead.lstrip())].decode()
    rest = data[stop:closing].strip()
    ends = "" if separator == ";" and not present and not editor.style.semicolons else separator
    if rest.startswith((b"//", b"/*")):
        if not present and ends:
            editor.replace(last, last, ends)
        stop = closing - (data[closing - 1 : closing] == b"\r")
        lead_mark = ""
    else:
        lead_mark = "" if present else ends
    trailing = ends if present or separator == ";" else ""
    editor.replace(stop, stop, f"{lead_mark}{newline}{indent}{local}{trailing}")


# Reading a setting elsewhere


def reader(
    view: View, config: ConfigFile, path: str, facts: FileFacts, decl: Decl, node: n.Node
) -> tuple[str, bool] | None:
    """What holds the loaded configuration at a node, and whether the load function must be imported.

    None where the code runs when its module is loaded: it must not fail for want of a setting then.
    """
    if not _runs_later(decl, node) or _imports(view, config, path):
        return None
    held = next(_held(config, facts, decl, node), None)
    if held is not None:
        return held, False
    known = facts.decl(config.loader)
    taken = scopes_of(decl).visible(node)
    if known is not None or any(binding.name == config.loader for binding in taken):
        return None
    return f"{config.loader}()", True


def _runs_later(decl: Decl, node: n.Node) -> bool:
    root = decl.node
    if isinstance(root, n.ClassMember) and "static" not in root.modifiers and root.kind != "static block":
        return True
    if isinstance(root, n.ClassMember) and root.function is not None and root.kind != "static block":
        return True
    return any(isinstance(around, n.Function) for around in decl.ancestors(node))


def _imports(view: View, config: ConfigFile, path: str) -> bool:
    """Whether `config.ts` imports the file: the fix would close a cycle."""
    return any(
        view.resolve(item.specifier, config.path).path == path
        for item in config.facts.imports
        if item.kind in {"import", "export"} and not item.type_only
    )


def _held(config: ConfigFile, facts: FileFacts, decl: Decl, node: n.Node) -> Iterator[str]:
    """Fields and variables that hold the loaded configuration already."""
    owner = decl.owner
    if owner is not None and _this_is_instance(decl, node):
        for member in owner.members:
            if config.loader.encode() not in member.data or member is decl:
                continue
            field = member.node
            if not isinstance(field, n.ClassMember) or field.name is None or "static" in field.modifiers:
                continue
            if _loads(config, field.init):
                yield f"this.{field.name}"
    for binding in scopes_of(decl).visible(node):
        if binding.value is not None and _loads(config, binding.value):
            yield binding.name
    for other in facts.decls:
        root = other.node if config.loader.encode() in other.data else None
        if other is decl or not isinstance(root, n.VarDecl) or root.kind != "const":
            continue
        for item in root.declarators:
            if isinstance(item.target, n.Name) and _loads(config, item.init):
                yield item.target.name


def _this_is_instance(decl: Decl, node: n.Node) -> bool:
    root = decl.node
    if not isinstance(root, n.ClassMember) or "static" in root.modifiers or root.kind == "constructor":
        return False
    return not any(
        isinstance(around, n.Function) and not around.arrow and around is not root.function
        for around in decl.ancestors(node)
    )


def _loads(config: ConfigFile, expr: n.Expr | None) -> bool:
    return (
        isinstance(expr, n.Call)
        and not expr.args
        and isinstance(expr.callee, n.Name)
        and expr.callee.name == config.loader
    )
