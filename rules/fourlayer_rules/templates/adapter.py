"""`<Provider>Adapter.ts`: a class on the workspace's base class as it is today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.classes import (
    Abstract,
    Chain,
    constructor_of,
    constructor_params,
    members,
)
from fourlayer.syntax import nodes as n
from fourlayer_rules.derive.shared import Field, fields_of_params, object_fields, props_of
from fourlayer_rules.derive.style import import_statement
from fourlayer_rules.derive.symbols import Declared, qualified
from fourlayer_rules.templates.members import Need, Surroundings, folded, implement

if TYPE_CHECKING:
    from fourlayer.syntax.facts import Decl
    from fourlayer_rules.derive.model import ProviderModel


def can_render(model: ProviderModel) -> bool:
    """Whether there is a base class to build on."""
    return model.base is not None and _parts(model, model.base) is not None


def render(model: ProviderModel) -> str:
    """The whole file; empty where there is no base class to build on."""
    parts = _parts(model, model.base) if model.base is not None else None
    if parts is None or model.base is None:
        return ""
    bodies, needs = parts
    grouped: dict[tuple[str, bool], set[str]] = {}
    for need in needs:
        grouped.setdefault((need.specifier, need.type_only), set()).add(need.name)
    order = sorted(grouped, key=lambda key: (not key[0].startswith("../"), key))
    imports = "".join(import_statement(grouped[key], key[0], type_only=key[1]) + "\n" for key in order)
    base = model.base.links[0].decl.name
    body = folded("\n".join(bodies))
    return model.style.apply(f"{imports}\nexport class {model.names.adapter} extends {base} {{\n{body}}}\n")


def _parts(model: ProviderModel, base: Chain) -> tuple[list[str], list[Need]] | None:
    """The members of the class, fields first, and what the file imports."""
    path = model.path("adapter")
    around = Surroundings(model, path, base, None)
    around.need(base.links[0], base.links[0].decl.name or "", type_only=False)
    missing = _abstract_members(base)
    implemented = implement(model, path, base, missing, None)
    if implemented is None:
        return None
    texts = dict(zip((abstract.name for abstract in missing), implemented.texts, strict=True))
    needs = dict.fromkeys(implemented.needs)
    fields = [text for text in texts.values() if text.endswith(";\n")]
    call = _request(around, texts)
    settings = ""
    if call is not None and model.config is not None:
        settings = f"  private readonly settings = {model.config.loader}();\n"
        around.needs[Need(model.specifier(model.config.path, path), model.config.loader, False)] = None
    needs.update(around.needs)
    constructor = _constructor(around, base)
    if constructor is None:
        return None
    needs.update(around.needs)
    lead = "".join(fields) + settings
    bodies = [part for part in (lead, constructor) if part]
    bodies += [text for text in texts.values() if text not in fields]
    if call is not None:
        bodies.append(call)
    return bodies, list(needs)


def _abstract_members(base: Chain) -> tuple[Abstract, ...]:
    """Every member that a class on this base has to bring, in the order of declaration."""
    found: dict[str, Abstract] = {}
    for link in reversed(base.links):
        for member in members(link.decl):
            if member.abstract:
                found.setdefault(member.name, Abstract(member.name, member, link))
            else:
                found.pop(member.name, None)
    return tuple(found.values())


# Constructor


def _constructor(around: Surroundings, base: Chain) -> str | None:
    """Hands the configuration on and brings a rate limiter; empty where the inherited one does."""
    located = constructor_of(base)
    if located is None:
        return ""
    owner, constructor = located
    params = constructor_params(constructor)
    own: list[str] = []
    handed: list[str] = []
    types: list[n.Type] = []
    made = False
    for param, field in zip(params, fields_of_params(constructor, params), strict=True):
        built = _built(around, owner, param)
        if built is not None:
            handed.append(built)
            made = True
            continue
        if not field.name or param.type is None:
            return None
        if field.optional:
            continue
        handed.append(field.name)
        own.append(f"{field.name}: {field.type}")
        types.append(param.type)
    if not made:
        return ""
    for type_ in types:
        _need_type(around, owner, type_)
    return f"  constructor({', '.join(own)}) {{\n    super({', '.join(handed)});\n  }}\n"


def _need_type(around: Surroundings, owner: Declared, type_: n.Type) -> None:
    found = _declared_type(around, owner, type_)
    if found is not None and found.decl.name is not None:
        around.need(found, found.decl.name, type_only=True)


def _declared_type(around: Surroundings, owner: Declared, type_: n.Type | None) -> Declared | None:
    if not isinstance(type_, n.TypeRef):
        return None
    found = qualified(around.model.view, owner.path, owner.facts, type_.name)
    return found if isinstance(found, tuple) else None


def _built(around: Surroundings, owner: Declared, param: n.Param) -> str | None:
    """`new RateLimiter({...})` for a parameter whose class takes a name and a limit."""
    declared = _declared_type(around, owner, param.type)
    if declared is None or declared.decl.kind != "class" or declared.decl.name is None:
        return None
    located = constructor_of(Chain((declared,), None, True))
    if located is None:
        return None
    options = constructor_params(located[1])
    if len(options) != 1:
        return None
    fields = _option_fields(around, declared, located[1], options[0].type)
    filled = _filled(around.model, fields) if fields is not None else None
    if filled is None:
        return None
    around.need(declared, declared.decl.name, type_only=False)
    return f"new {declared.decl.name}({filled})"


def _option_fields(
    around: Surroundings, owner: Declared, constructor: Decl, type_: n.Type | None
) -> tuple[Field, ...] | None:
    if isinstance(type_, n.TypeObject):
        return tuple(props_of(constructor, type_))
    declared = _declared_type(around, owner, type_)
    return object_fields(around.model.view, declared) if declared is not None else None


def _filled(model: ProviderModel, fields: tuple[Field, ...]) -> str | None:
    parts: list[str] = []
    for field in fields:
        if field.optional:
            continue
        name = field.name.lower()
        if field.type == "string" and name in {"provider", "name", "id", "key"}:
            parts.append(f'{field.name}: "{model.folder}"')
        elif field.type == "number" and "minute" in name:
            parts.append(f"{field.name}: 60")
        elif field.type == "number" and "second" in name:
            parts.append(f"{field.name}: 1")
        else:
            return None
    return "{ " + ", ".join(parts) + " }"


# Calls


def _request(around: Surroundings, texts: dict[str, str]) -> str | None:
    """A guarded call, and a `validate` that uses it, where the base class and the provider's files allow."""
    model = around.model
    config = model.config
    needed = ("withRateLimit", "ensureConnected", "credentials")
    auth = model.errors.get("auth")
    if config is None or config.url_key is None or not model.has("errors") or "validate" not in texts:
        return None
    if auth is None or auth.declared is None or not all(around.has(name) for name in needed):
        return None
    if around.credential("accessToken") is None or around.credential("tenantId") is None:
        return None
    timeout = next((setting.key for setting in model.settings if setting.key.startswith("timeout")), None)
    if "timeoutMs" not in {setting.key for setting in model.settings} or timeout is None:
        return None
    path = model.path("adapter")
    around.need(auth.declared, auth.name, type_only=False)
    around.needs[Need(model.specifier(model.path("errors"), path), model.names.error_wrapper, False)] = None
    texts["validate"] = f"""\
  async validate(): Promise<boolean> {{
    this.ensureConnected();
    try {{
      await this.request("/");
      return true;
    }} catch (error) {{
      if (error instanceof {auth.name}) return false;
      throw error;
    }}
  }}
"""
    own_url = _config_read(around, config.url_key)
    own_timeout = _config_read(around, "timeoutMs") or _config_read(around, "timeout")
    address = f"{own_url} ?? this.settings.{config.url_key}" if own_url else f"this.settings.{config.url_key}"
    limit = f"{own_timeout} ?? this.settings.timeoutMs" if own_timeout else "this.settings.timeoutMs"
    unset = around.error("connection", f'"{model.provider.env_prefix}_BASE_URL is not set"', "NOT_CONFIGURED")
    away = around.error("connection", '"connect() has not been called"', "NOT_CONNECTED")
    guard = f"    if (baseUrl === undefined) throw {unset};\n" if config.url_optional else ""
    return f"""\
  /** One call to the API: within the tenant's limit and the timeout, every failure mapped. */
  private async request(path: string): Promise<unknown> {{
    const credentials = this.credentials;
    const baseUrl = {address};
    if (!credentials) throw {away};
{guard}    return this.withRateLimit(credentials.tenantId, async () => {{
      try {{
        const response = await fetch(`${{baseUrl}}${{path}}`, {{
          headers: {{ Accept: "application/json", Authorization: `Bearer ${{credentials.accessToken}}` }},
          signal: AbortSignal.timeout({limit}),
        }});
        if (!response.ok) throw {model.names.error_wrapper}(response);
        const body: unknown = await response.json();
        return body;
      }} catch (error) {{
        throw {model.names.error_wrapper}(error);
      }}
    }});
  }}
"""


def _config_read(around: Surroundings, key: str) -> str | None:
    """`this.config.key` where the inherited configuration has the key."""
    if not around.has("config"):
        return None
    owner, type_ = around.inherited["config"]
    declared = _declared_type(around, owner, type_)
    fields = object_fields(around.model.view, declared) if declared is not None else None
    return f"this.config.{key}" if any(field.name == key for field in fields or ()) else None
