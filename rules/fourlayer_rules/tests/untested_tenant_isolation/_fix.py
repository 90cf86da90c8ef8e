"""Writes a test that records what services send to the database, for PostgREST clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.classes import constructor_params
from fourlayer.project.queries.find import queries_of
from fourlayer.project.tsconfig import split_package
from fourlayer.rule.model import Change, Create
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.glob import names_match
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.derive.style import Style, style_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fourlayer.config.settings import Settings
    from fourlayer.project.layout import Provider
    from fourlayer.project.queries.model import Query
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts

_TENANT = "org-1"
_SAMPLES = {"string": '"one"', "number": "1", "boolean": "true"}


class Case(NamedTuple):
    """One method to call: its class, arguments as code, and what must reach the database then."""

    path: str
    class_name: str
    constructor: tuple[str, ...]
    method: str
    arguments: tuple[str, ...]
    expected: str


class IsolationTest(NamedTuple):
    """The test to write."""

    path: str
    cases: tuple[Case, ...]
    style: Style

    @property
    def methods(self) -> list[str]:
        """`Class.method` of every case."""
        return [f"{case.class_name}.{case.method}" for case in self.cases]


def isolation_test(ctx: Context, provider: Provider, services: Iterable[str]) -> IsolationTest | None:
    """A test of every method whose query is surely scoped and which can be called without more; else None."""
    path = f"{provider.path}/__tests__/tenant-isolation.test.ts"
    if ctx.settings.conventions.test_runner != "vitest" or ctx.view.exists(path):
        return None
    cases: list[Case] = []
    for service in services:
        facts = ctx.view.facts(service)
        if facts is not None and facts.trusted:
            cases += _cases(ctx.settings, service, facts)
    if not cases:
        return None
    return IsolationTest(path, tuple(cases), style_of(ctx.view, [case.path for case in cases]))


def _cases(settings: Settings, path: str, facts: FileFacts) -> Iterable[Case]:
    queries = queries_of(path, facts)
    for decl in facts.decls:
        if decl.kind != "class" or not decl.exported or decl.is_default or decl.name is None:
            continue
        field, constructor = _client_parameter(settings, facts, decl)
        for member in decl.members if field else ():
            own = [query for query in queries if query.decl is member]
            case = _case(settings, member, field, own)
            if case is not None:
                method, arguments, expected = case
                yield Case(path, decl.name, constructor, method, arguments, expected)


def _client_parameter(settings: Settings, facts: FileFacts, decl: Decl) -> tuple[str, tuple[str, ...]]:
    """The field that holds the database client, and the constructor's arguments; "" where that is unclear."""
    clients = {
        bound.local
        for item in facts.imports
        if names_match(settings.symbols.database_modules, split_package(item.specifier)[0] or "")
        for bound in item.names
    }
    constructor = next((member for member in decl.members if member.name == "constructor"), None)
    params = constructor_params(constructor) if constructor is not None else ()
    field = ""
    arguments: list[str] = []
    for position, param in enumerate(params):
        name = param.target.name if isinstance(param.target, n.Name) else ""
        is_client = isinstance(param.type, n.TypeRef) and param.type.name in clients
        if is_client and not field and param.modifiers:
            field = name
            arguments.append(f"database as ConstructorParameters<typeof {decl.name}>[{position}]")
        else:
            arguments.append("{} as never")
    body = constructor.node if constructor is not None else None
    statements = body.function.body if isinstance(body, n.ClassMember) and body.function is not None else None
    if isinstance(statements, n.Block) and statements.stmts:
        return "", ()
    return field, tuple(arguments)


def _case(
    settings: Settings, member: Decl, field: str, queries: list[Query]
) -> tuple[str, tuple[str, ...], str] | None:
    node = member.node
    function = node.function if isinstance(node, n.ClassMember) else None
    if not isinstance(node, n.ClassMember) or function is None or node.name is None or len(queries) != 1:
        return None
    if {"private", "protected", "static"} & set(node.modifiers) or not function.is_async:
        return None
    if any(name != field for name in _own_members_used(function)) or node.name.startswith("#"):
        return None
    query = queries[0]
    tenant = _tenant_filter(settings, query, member)
    if query.library != "postgrest" or tenant is None:
        return None
    column, binding_name = tenant
    arguments: list[str] = []
    for param in function.params:
        name = param.target.name if isinstance(param.target, n.Name) else ""
        sample = f'"{_TENANT}"' if name == binding_name else _sample(param)
        if not name or param.rest or sample is None:
            return None
        arguments.append(sample)
    return node.name, tuple(arguments), f'["eq", "{column}", "{_TENANT}"]'


def _own_members_used(function: n.Function) -> set[str]:
    return {
        node.name
        for node in walk(function)
        if isinstance(node, n.Member) and isinstance(node.object, n.Name) and node.object.name == "this"
    }


def _tenant_filter(settings: Settings, query: Query, member: Decl) -> tuple[str, str] | None:
    """The tenant column that a query always filters by with a parameter's value, and the parameter."""
    for condition in query.filters:
        value = condition.value
        call = member.parent(condition.node)
        is_eq = isinstance(call, n.Call) and isinstance(call.callee, n.Member) and call.callee.name == "eq"
        if condition.column not in settings.tenancy.columns or not condition.always or not is_eq:
            continue
        binding = scopes_of(member).binding(value) if isinstance(value, n.Name) else None
        if binding is not None and isinstance(binding.owner, n.Param) and not binding.writes:
            return condition.column, binding.name
    return None


def _sample(param: n.Param) -> str | None:
    """A value for a parameter of a plain type."""
    text = param.type
    if isinstance(text, n.TypeRef):
        return _SAMPLES.get(text.name)
    if isinstance(text, n.TypeArray) and isinstance(text.item, n.TypeRef) and text.item.name in _SAMPLES:
        return f"[{_SAMPLES[text.item.name]}]"
    return None


def change_of(test: IsolationTest) -> Change:
    """The file to create."""
    return Change(creates=(Create(test.path, test.style.apply(_text(test))),))


def _text(test: IsolationTest) -> str:
    imports = {(case.path, case.class_name) for case in test.cases}
    lines = [
        'import { describe, expect, it } from "vitest";',
        "",
        *(
            f'import {{ {name} }} from "{test.style.specifier(path, test.path)}";'
            for path, name in sorted(imports)
        ),
    ]
    blocks = [
        _describe(name, [case for case in test.cases if (case.path, case.class_name) == (path, name)])
        for path, name in sorted(imports)
    ]
    return "\n".join(lines) + "\n\n" + _RECORDER + "\n" + "\n".join(blocks)


_RECORDER = """\
/** Stands in for the database: keeps every call, and answers that there are no rows. */
function recordingDatabase(calls: unknown[][]): unknown {
  const answer = { data: [], error: null, count: 0 };
  const step = (name: string): unknown =>
    new Proxy(() => undefined, {
      get: (_target, next) =>
        next === "then" ? (resolve: (value: unknown) => unknown) => resolve(answer) : step(String(next)),
      apply: (_target, _self, args: unknown[]) => {
        calls.push([name, ...args]);
        return step(name);
      },
    });
  return step("");
}
"""


def _describe(name: str, cases: list[Case]) -> str:
    tests = "\n".join(
        f'''\
  it("{case.method} asks for the rows of one tenant", async () => {{
    const calls: unknown[][] = [];
    const database = recordingDatabase(calls);
    const service = new {name}({", ".join(case.constructor)});

    await service.{case.method}({", ".join(case.arguments)});

    expect(calls).toContainEqual({case.expected});
  }});
'''
        for case in cases
    )
    return f'describe("{name}", () => {{\n{tests}}});\n'
