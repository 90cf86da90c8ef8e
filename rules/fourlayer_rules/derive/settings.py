"""The application settings that a provider's code holds today as literals, and where they stand."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.project.classes import Chain, constructor_of, dotted, members
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.derive.env import EnvRead, env_reads
from fourlayer_rules.derive.shared import object_fields
from fourlayer_rules.derive.symbols import named, qualified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer.syntax.scope import Scopes

SettingKind = Literal["url", "number", "string", "flag"]
Form = Literal["replace", "prefix", "interpolate", "template"]


class Site(NamedTuple):
    """A place in a file that will read a setting. Bytes of the file.

    `instance` tells that `this` is the adapter there and its fields are set. `form`: "replace" the
    range; "prefix" `setting ?? ` at its start; "interpolate" it inside a template; "template" replaces a
    string literal whose text goes on with `rest`.
    """

    path: str
    start: int
    end: int
    instance: bool
    form: Form = "replace"
    rest: str = ""


class Setting(NamedTuple):
    """One application setting: its key in the configuration, its variable, its default as a literal."""

    key: str
    variable: str
    kind: SettingKind
    default: str | None
    sites: tuple[Site, ...] = ()


class Removal(NamedTuple):
    """A top-level constant that nothing reads once the settings are read."""

    path: str
    decl: Decl


class Derived(NamedTuple):
    """The settings of a provider, in the order in which a configuration lists them."""

    settings: tuple[Setting, ...] = ()
    removals: tuple[Removal, ...] = ()


class _Literal(NamedTuple):
    kind: SettingKind
    text: str


class _Use(NamedTuple):
    """A place where the adapter falls back to a literal when its own configuration is silent."""

    key: str
    value: _Literal | None
    constant: str | None
    site: Site


_IMPORTED = ""
"""Stands for a constant of another file: its import must stay used."""

_URL_KEYS = ("baseUrl", "apiUrl", "baseURL", "apiBaseUrl", "apiBase", "apiURL", "url", "endpoint", "host")


class _Adapter:
    """The adapter's class as the derivation walks it."""

    def __init__(self, view: View, path: str, facts: FileFacts, decl: Decl, base: Chain | None) -> None:
        self.view = view
        self.path = path
        self.facts = facts
        self.decl = decl
        self.constants = dict(_constants(facts))
        self.config_type, self.optional_keys = _config_type(view, base)
        self.config_fields = _config_fields(base, decl, self.config_type)
        self.taken: set[tuple[int, int]] = set()

    def bodies(self) -> Iterator[Decl]:
        for member in self.decl.members:
            node = member.node
            if isinstance(node, n.ClassMember) and "static" not in node.modifiers and member.trusted:
                yield member

    def is_config(self, scopes: Scopes, expr: n.Expr) -> bool:
        """Whether an expression is the adapter's own configuration object."""
        if isinstance(expr, n.Member):
            return dotted(expr.object) == "this" and expr.name in self.config_fields
        if isinstance(expr, n.Name):
            binding = scopes.binding(expr)
            if binding is None or binding.path != ():
                return False
            if isinstance(binding.owner, n.Param):
                type_ = binding.owner.type
                return isinstance(type_, n.TypeRef) and type_.name == self.config_type
            value = binding.value
            return isinstance(value, n.Member) and self.is_config(scopes, value)
        return False

    def site(self, member: Decl, node: n.Node, form: Form = "replace", rest: str = "") -> Site:
        span = member.span(node)
        return Site(self.path, span.start, span.end, self._instance(member, node), form, rest)

    def _instance(self, member: Decl, node: n.Node) -> bool:
        root = member.node
        if not isinstance(root, n.ClassMember):
            return False
        inside_own_params = False
        for ancestor in member.ancestors(node):
            if isinstance(ancestor, n.Param):
                inside_own_params = True
            if isinstance(ancestor, n.ClassDecl) or (
                isinstance(ancestor, n.Function) and not ancestor.arrow and ancestor is not root.function
            ):
                return False
        if root.kind != "constructor":
            return True
        return not inside_own_params and node.start > _super_end(root)

    def literal(self, expr: n.Expr) -> tuple[_Literal | None, str | None]:
        """The literal behind an expression, and the name of the constant that holds it."""
        found = _literal_of(expr)
        if found is not None:
            return found, None
        if isinstance(expr, n.Name) and expr.name in self.constants:
            return self.constants[expr.name][1], expr.name
        if isinstance(expr, n.Name):
            elsewhere = named(self.view, self.path, self.facts, expr.name)
            if isinstance(elsewhere, tuple) and elsewhere.path != self.path:
                held = dict(_constants(elsewhere.facts)).get(elsewhere.decl.name or "")
                return (held[1], _IMPORTED) if held is not None else (None, None)
        return None, None


def derive_settings(
    view: View,
    prefix: str,
    pascal: str,
    adapter: tuple[str, FileFacts, Decl] | None,
    base: Chain | None,
    others: tuple[str, ...],
) -> Derived:
    """Everything in a provider's code that belongs into its configuration.

    `prefix` begins the names of variables, `others` are the provider's other files, whose reads of the
    environment become settings too.
    """
    table = _Table(prefix)
    removals: list[Removal] = []
    if adapter is not None and adapter[2].trusted and adapter[1].trusted:
        walker = _Adapter(view, *adapter, base)
        _from_configuration(walker, table)
        _from_constants(walker, table, pascal)
        _from_calls(walker, table)
        _from_open_reads(walker, table)
        removals = _unused(walker)
    for path in (*((adapter[0],) if adapter is not None else ()), *others):
        facts = view.facts(path)
        if facts is not None and facts.trusted:
            _from_environment(table, path, facts, adapter)
    return Derived(table.settings(), tuple(removals))


class _Table:
    """Settings by key while they are collected."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.kinds: dict[str, SettingKind] = {}
        self.defaults: dict[str, str | None] = {}
        self.variables: dict[str, str] = {}
        self.sites: dict[str, list[Site]] = {}

    def add(self, key: str, kind: SettingKind, default: str | None, variable: str | None = None) -> None:
        self.kinds.setdefault(key, kind)
        self.defaults.setdefault(key, default)
        self.variables.setdefault(key, variable or f"{self.prefix}_{screaming(key)}")
        self.sites.setdefault(key, [])

    def settings(self) -> tuple[Setting, ...]:
        found = [
            Setting(key, self.variables[key], kind, self.defaults[key], tuple(self.sites[key]))
            for key, kind in self.kinds.items()
        ]
        order = {"url": 0, "number": 1, "flag": 2, "string": 3}
        return tuple(sorted(found, key=lambda setting: (order[setting.kind], setting.key != "timeoutMs")))


# `config.timeout ?? 10_000`


def _from_configuration(walker: _Adapter, table: _Table) -> None:
    uses = [use for member in walker.bodies() for use in _uses(walker, member)]
    by_key: dict[str, list[_Use]] = {}
    for use in uses:
        by_key.setdefault(use.key, []).append(use)
    for source, group in by_key.items():
        values = {use.value for use in group}
        only = next(iter(values)) if len(values) == 1 else None
        kind: SettingKind | None = next((use.value.kind for use in group if use.value is not None), None)
        if kind is None or any(use.value is None or use.value.kind != kind for use in group):
            continue
        key = "timeoutMs" if source == "timeout" and kind == "number" else source
        table.add(key, kind, only.text if only is not None else None)
        for use in group:
            form: Form = "replace" if only is not None and use.constant != _IMPORTED else "prefix"
            table.sites[key].append(use.site._replace(form=form))
            walker.taken.add((use.site.start, use.site.end))
        names = {use.constant for use in group}
        constant = names.pop() if len(names) == 1 else None
        if only is not None and constant and _belongs_to(uses, constant, source):
            _other_uses(walker, table, constant, key)


def _uses(walker: _Adapter, member: Decl) -> Iterator[_Use]:
    scopes = scopes_of(member)
    for node in walk(member.node):
        fallback = _fallback(walker, scopes, member, node)
        value, constant = walker.literal(fallback[1]) if fallback is not None else (None, None)
        if fallback is not None and value is not None:
            yield _Use(fallback[0], value, constant, walker.site(member, fallback[1]))


def _fallback(walker: _Adapter, scopes: Scopes, member: Decl, node: n.Node) -> tuple[str, n.Expr] | None:
    """The key and the fallback of `config.key ?? x`, and of `{ key = x } = config`."""
    if isinstance(node, n.Binary) and node.op in {"??", "||"} and isinstance(node.left, n.Member):
        return (node.left.name, node.right) if walker.is_config(scopes, node.left.object) else None
    if isinstance(node, n.PatternProp) and node.default is not None and node.key is not None:
        return (node.key, node.default) if _destructures_config(walker, scopes, member, node) else None
    return None


def _destructures_config(walker: _Adapter, scopes: Scopes, member: Decl, prop: n.PatternProp) -> bool:
    pattern = member.parent(prop)
    owner = member.parent(pattern) if pattern is not None else None
    return (
        isinstance(owner, n.Declarator)
        and owner.target is pattern
        and owner.init is not None
        and walker.is_config(scopes, owner.init)
    )


def _belongs_to(uses: list[_Use], constant: str, key: str) -> bool:
    return all(use.key == key for use in uses if use.constant == constant)


def _other_uses(walker: _Adapter, table: _Table, constant: str, key: str) -> None:
    """Every other read of the constant in the class becomes a read of the setting."""
    for member in walker.bodies():
        for name in scopes_of(member).free.get(constant, ()):
            span = member.span(name)
            parent = member.parent(name)
            shorthand = isinstance(parent, n.Prop) and parent.shorthand
            if (span.start, span.end) in walker.taken or shorthand or not _is_value(member, name):
                continue
            walker.taken.add((span.start, span.end))
            table.sites[key].append(walker.site(member, name))


def _is_value(member: Decl, name: n.Name) -> bool:
    return not any(isinstance(ancestor, n.Type) for ancestor in member.ancestors(name))


# Constants


def _from_constants(walker: _Adapter, table: _Table, pascal: str) -> None:
    free = {name for member in walker.bodies() for name in scopes_of(member).free}
    claimed = _claimed(walker)
    urls = [
        name
        for name, (_, value) in walker.constants.items()
        if value.kind == "url" and name in free and name not in claimed
    ]
    for name in urls:
        plain = len(urls) == 1 or re.search(r"API|BASE", name) is not None
        key = "baseUrl" if plain and _first_url_key(table) is None else _key_of(name, pascal)
        _claim(walker, table, name, key)
    for name, (_, value) in walker.constants.items():
        if value.kind != "number" or name not in free or name in claimed:
            continue
        if "TIMEOUT" in name.upper():
            _claim(
                walker, table, name, "timeoutMs" if "timeoutMs" not in table.kinds else _key_of(name, pascal)
            )
        elif "RETR" in name.upper() and "DELAY" not in name.upper():
            _claim(
                walker,
                table,
                name,
                "retryAttempts" if "retryAttempts" not in table.kinds else _key_of(name, pascal),
            )


def _claimed(walker: _Adapter) -> set[str]:
    """The constants of which some read is already settled."""
    claimed: set[str] = set()
    for member in walker.bodies():
        for name, nodes in scopes_of(member).free.items():
            if name in walker.constants and any(tuple(member.span(node)) in walker.taken for node in nodes):
                claimed.add(name)
    return claimed


def _claim(walker: _Adapter, table: _Table, constant: str, key: str) -> None:
    if key in table.kinds:
        return
    value = walker.constants[constant][1]
    table.add(key, value.kind, value.text)
    _other_uses(walker, table, constant, key)


def _first_url_key(table: _Table) -> str | None:
    return next((key for key in _URL_KEYS if key in table.kinds), None)


def _key_of(constant: str, pascal: str) -> str:
    words = [word for word in constant.lower().split("_") if word and word not in {"default", pascal.lower()}]
    if not words:
        return constant.lower()
    key = words[0] + "".join(word.capitalize() for word in words[1:])
    return f"{key}Ms" if key.endswith("imeout") else key


# `fetch("https://api.acme.com/v1/items")`, `AbortSignal.timeout(5000)`


def _from_calls(walker: _Adapter, table: _Table) -> None:
    urls: list[tuple[str, Decl, n.Str | n.Template]] = []
    timeouts: list[tuple[_Literal, Decl, n.Expr]] = []
    for member in walker.bodies():
        for node in walk(member.node):
            if isinstance(node, n.Call) and node.args and dotted(node.callee) == "AbortSignal.timeout":
                value = _literal_of(node.args[0])
                if value is not None and value.kind == "number":
                    timeouts.append((value, member, node.args[0]))
                continue
            address = _address(node)
            origin = _origin(address) if address is not None else None
            if origin is not None and isinstance(address, n.Str | n.Template):
                urls.append((origin, member, address))
    if urls and _first_url_key(table) is None and len({origin for origin, _, _ in urls}) == 1:
        table.add("baseUrl", "url", f'"{urls[0][0]}"')
        for origin, member, node in urls:
            table.sites["baseUrl"].append(_url_site(walker, member, node, origin))
    if timeouts and "timeoutMs" not in table.kinds and len({value.text for value, _, _ in timeouts}) == 1:
        table.add("timeoutMs", "number", timeouts[0][0].text)
        table.sites["timeoutMs"].extend(walker.site(member, node) for _, member, node in timeouts)


def _address(node: n.Node) -> n.Expr | None:
    """The address that a call of `fetch` or `new URL` is given."""
    if isinstance(node, n.Call) and node.args and dotted(node.callee) in {"fetch", "globalThis.fetch"}:
        return node.args[0]
    if isinstance(node, n.New) and len(node.args) == 1 and dotted(node.callee) == "URL":
        return node.args[0]
    return None


def _origin(expr: n.Expr) -> str | None:
    text = expr.value if isinstance(expr, n.Str) else expr.quasis[0] if isinstance(expr, n.Template) else ""
    match = re.match(r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?=/|$)", text)
    if match is None or (isinstance(expr, n.Template) and match.end() == len(text)):
        return None
    return match[0]


def _url_site(walker: _Adapter, member: Decl, node: n.Str | n.Template, origin: str) -> Site:
    if isinstance(node, n.Str):
        return walker.site(member, node, "template", node.value[len(origin) :])
    whole = walker.site(member, node)
    start = whole.start + 1
    return whole._replace(start=start, end=start + len(origin.encode()), form="interpolate")


# `credentials.instanceUrl ?? this.config.baseUrl`


def _from_open_reads(walker: _Adapter, table: _Table) -> None:
    """An address without a fallback in the code: a setting that the health check may probe.

    The adapter is left as it reads it: an address from the environment would send a tenant's
    credentials where the tenant never asked for.
    """
    if _first_url_key(table) is not None:
        return
    for member in walker.bodies():
        scopes = scopes_of(member)
        for node in walk(member.node):
            if not isinstance(node, n.Member) or node.name not in _URL_KEYS:
                continue
            if node.name not in walker.optional_keys or not walker.is_config(scopes, node.object):
                continue
            if not _takes_undefined(member, node):
                continue
            known = _first_url_key(table)
            if known is not None and known != node.name:
                continue
            table.add(node.name, "url", None)


def _takes_undefined(member: Decl, node: n.Member) -> bool:
    """Whether ` ?? other` may follow the read: it stands alone, or last in a chain of `??`."""
    parent = member.parent(node)
    if isinstance(parent, n.Declarator):
        return parent.init is node
    if isinstance(parent, n.Binary):
        return parent.op == "??" and parent.right is node
    return isinstance(parent, n.Return) or (isinstance(parent, n.Assign) and parent.value is node)


# `process.env.ACME_CLIENT_ID`


def _from_environment(
    table: _Table, path: str, facts: FileFacts, adapter: tuple[str, FileFacts, Decl] | None
) -> None:
    for decl in facts.all_decls():
        if decl.kind in {"import", "class"}:
            continue
        for read in env_reads(facts, decl):
            if not _is_setting(table.prefix, read) or not _inside_function(read):
                continue
            key = env_key(table.prefix, read.name)
            number = read.kind == "number" and read.default is not None
            kind: SettingKind = "number" if number else "string"
            site_span = read.read
            default: str | None = None
            if number or (read.kind == "string" and read.default is not None and not read.required):
                default, site_span = read.default, read.whole
            known = (table.variables.get(key), table.kinds.get(key), table.defaults.get(key))
            if key in table.kinds and known != (read.name, kind, default):
                continue
            table.add(key, kind, default, read.name)
            instance = adapter is not None and decl.owner is adapter[2] and _this_is_adapter(decl, read.node)
            table.sites[key].append(Site(path, site_span.start, site_span.end, instance))


def _is_setting(prefix: str, read: EnvRead) -> bool:
    """Whether a variable is the provider's own, and no tenant's token."""
    name = read.name
    is_token = "TOKEN" in name and not re.search("VERIF|WEBHOOK|SIGN", name)
    return name.startswith(f"{prefix}_") and not is_token


def _inside_function(read: EnvRead) -> bool:
    node = read.decl.node
    if isinstance(node, n.ClassMember):
        return node.kind != "field" or "static" not in node.modifiers
    return any(isinstance(ancestor, n.Function) for ancestor in read.decl.ancestors(read.node))


def _this_is_adapter(decl: Decl, node: n.Node) -> bool:
    root = decl.node
    if not isinstance(root, n.ClassMember) or root.kind == "constructor" or "static" in root.modifiers:
        return False
    return not any(
        isinstance(ancestor, n.Function) and not ancestor.arrow and ancestor is not root.function
        for ancestor in decl.ancestors(node)
    )


def env_key(prefix: str, variable: str) -> str:
    """A variable's key in the configuration: `ACME_CLIENT_ID` of Acme -> `clientId`."""
    rest = variable.removeprefix(f"{prefix}_") or variable
    words = [word for word in rest.lower().split("_") if word]
    key = words[0] + "".join(word.capitalize() for word in words[1:]) if words else rest.lower()
    return key if not key[0].isdigit() else f"_{key}"


def screaming(key: str) -> str:
    """`timeoutMs` -> `TIMEOUT_MS`, `baseURL` -> `BASE_URL`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).upper()


# Literals and constants


def _constants(facts: FileFacts) -> Iterator[tuple[str, tuple[Decl, _Literal]]]:
    for decl in facts.decls:
        node = decl.node if decl.kind == "variable" and decl.trusted else None
        if not isinstance(node, n.VarDecl) or node.kind != "const" or len(node.declarators) != 1:
            continue
        declarator = node.declarators[0]
        if isinstance(declarator.target, n.Name) and declarator.init is not None:
            value = _literal_of(declarator.init)
            if value is not None:
                yield declarator.target.name, (decl, value)


def _literal_of(expr: n.Expr) -> _Literal | None:
    while isinstance(expr, n.Cast):
        expr = expr.value
    if isinstance(expr, n.Str):
        if not expr.value or any(char in expr.value for char in '"\\\n\r`$'):
            return None
        is_url = re.match(r"https?://[^\s/]", expr.value) is not None
        return _Literal("url" if is_url else "string", f'"{expr.value}"')
    if _is_arithmetic(expr):
        return _Literal("number", _source(expr))
    if isinstance(expr, n.Const) and expr.value in {"true", "false"}:
        return _Literal("flag", expr.value)
    return None


def _is_arithmetic(expr: n.Expr) -> bool:
    if isinstance(expr, n.Binary):
        return expr.op in {"*", "+"} and _is_arithmetic(expr.left) and _is_arithmetic(expr.right)
    return isinstance(expr, n.Num) and re.fullmatch(r"[0-9][0-9_]*(\.[0-9]+)?", expr.text) is not None


def _source(expr: n.Expr) -> str:
    if isinstance(expr, n.Binary):
        return f"{_source(expr.left)} {expr.op} {_source(expr.right)}"
    return expr.text if isinstance(expr, n.Num) else ""


def _super_end(member: n.ClassMember) -> int:
    """Where `super(...)` of a constructor ends; its own end where there is none before which to stay."""
    for node in walk(member):
        if isinstance(node, n.Call) and isinstance(node.callee, n.Name) and node.callee.name == "super":
            return node.end
    return member.start


def _config_type(view: View, base: Chain | None) -> tuple[str | None, set[str]]:
    """The type of the configuration that adapters are constructed with, and its optional keys."""
    located = constructor_of(base) if base is not None else None
    if located is None:
        return None, set()
    owner, constructor = located
    node = constructor.node
    params = node.function.params if isinstance(node, n.ClassMember) and node.function is not None else ()
    for param in params:
        if not isinstance(param.type, n.TypeRef):
            continue
        found = qualified(view, owner.path, owner.facts, param.type.name)
        fields = object_fields(view, found) if isinstance(found, tuple) else None
        if fields is not None:
            return param.type.name, {field.name for field in fields if field.optional}
    return None, set()


def _config_fields(base: Chain | None, own: Decl, type_: str | None) -> set[str]:
    """The names of fields that hold the adapter's configuration."""
    if type_ is None:
        return set()
    found: set[str] = set()
    for decl in (own, *(link.decl for link in (base.links if base is not None else ()))):
        for member in members(decl):
            held = member.node.type
            if isinstance(held, n.TypeRef) and held.name == type_:
                found.add(member.name)
    return found


def _unused(walker: _Adapter) -> list[Removal]:
    """The constants whose every mention outside their declaration has been settled."""
    found: list[Removal] = []
    data = walker.facts.text.data
    for name, (decl, _) in walker.constants.items():
        if decl.exported:
            continue
        settled = False
        for match in re.finditer(rb"(?<![\w$])" + re.escape(name.encode()) + rb"(?![\w$])", data):
            place = match.span()
            if decl.start <= place[0] < decl.end or walker.facts.in_string_or_comment(place[0]):
                continue
            if place not in walker.taken:
                break
            settled = True
        else:
            if settled:
                found.append(Removal(walker.path, decl))
    return found


@cache
def url_keys() -> tuple[str, ...]:
    """Keys that name the address of a service, the usual ones first."""
    return _URL_KEYS
