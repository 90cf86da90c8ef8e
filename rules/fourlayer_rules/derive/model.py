"""Everything that templates need to know about one provider, read from the workspace as it is today."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.classes import Chain, head
from fourlayer.project.resolve import specifier_style
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.functions import function_of
from fourlayer_rules.derive.names import Adapter, convention, find_adapter
from fourlayer_rules.derive.settings import Derived, Setting, derive_settings, url_keys
from fourlayer_rules.derive.shared import ErrorClass, base_class, error_class
from fourlayer_rules.derive.style import Style, style_of
from fourlayer_rules.derive.symbols import Declared, alike, exported, exported_names

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from fourlayer.config.settings import Settings
    from fourlayer.project.layout import Provider
    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import FileFacts

BASE_ERROR = "IntegrationError"
_ERROR_ROLES: Mapping[str, tuple[str, ...]] = {
    "base": (BASE_ERROR,),
    "auth": ("AuthError", "AuthenticationError", "UnauthorizedError"),
    "rate_limit": ("RateLimitError", "RateLimitExceededError"),
    "validation": ("ValidationError",),
    "connection": ("ConnectionError", "NetworkError"),
}


class ConfigApi(NamedTuple):
    """What `config.ts` offers, or will. `url_key` names the address; None: it has none."""

    path: str
    loader: str
    type_name: str
    schema: str
    url_key: str | None
    url_optional: bool
    asynchronous: bool = False


class Names(NamedTuple):
    """The names of what a provider's files export."""

    adapter: str
    error_class: str
    error_wrapper: str
    health_check: str
    loader: str
    config_type: str
    schema: str


class ProviderModel(NamedTuple):
    """A provider as templates see it.

    `planned` are the kinds that the same change creates: they count as there. `settings` are what its
    configuration holds, `derived` also says which literals they replace.
    """

    view: View
    conventions: Settings
    provider: Provider
    style: Style
    names: Names
    base: Chain | None
    adapter: Adapter | None
    errors: Mapping[str, ErrorClass]
    derived: Derived
    settings: tuple[Setting, ...]
    config: ConfigApi | None
    planned: frozenset[str]

    @property
    def pascal(self) -> str:
        """The provider's name in code."""
        return self.provider.pascal

    @property
    def folder(self) -> str:
        """The folder's name, which is the provider's name in data."""
        return self.provider.folder

    @property
    def display(self) -> str:
        """The provider's name in messages: `Google Calendar` for the folder `google-calendar`."""
        if "-" in self.folder or "_" in self.folder:
            return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", self.pascal)
        return self.pascal

    def path(self, kind: str) -> str:
        """Where the file of a kind lies."""
        if kind == "adapter":
            if self.adapter is not None:
                return self.adapter.path
            return f"{self.provider.path}/{self.names.adapter}.ts"
        return f"{self.provider.path}/{kind}.ts"

    def has(self, kind: str) -> bool:
        """Whether the file of a kind exists or is about to."""
        return kind in self.planned or self.view.exists(self.path(kind))

    def specifier(self, target: str, importer: str) -> str:
        """How one file names another, in the provider's style."""
        return self.style.specifier(target, importer)

    def url(self) -> Setting | None:
        """The setting that holds the service's address."""
        keys = url_keys()
        urls = [setting for setting in self.settings if setting.kind == "url"]
        named = [setting for setting in urls if setting.key in keys]
        return next(iter(named or urls), None)


def build_model(
    view: View, settings: Settings, provider: Provider, planned: Collection[str] = ()
) -> ProviderModel:
    """Read a provider. `planned` names the kinds of files that the change at hand creates."""
    style = _style(view, provider)
    names = _names(view, settings, provider)
    base = base_class(view, provider, settings.conventions.base_class)
    adapter = find_adapter(view, provider)
    found = adapter if adapter is not None and adapter.decl.kind == "class" else None
    derived = derive_settings(
        view,
        provider.env_prefix,
        provider.pascal,
        tuple(found) if found is not None else None,  # type: ignore[arg-type]  # the same three values
        base,
        tuple(path for path in source_files(view, provider) if found is None or path != found.path),
    )
    listed = _complete(provider.env_prefix, derived.settings, brand_new=found is None)
    config = _config_api(view, provider, names, listed, planned)
    return ProviderModel(
        view,
        settings,
        provider,
        style,
        names,
        base,
        found,
        _errors(view, provider, settings),
        derived,
        listed,
        config,
        frozenset(planned),
    )


def source_files(view: View, provider: Provider) -> tuple[str, ...]:
    """The provider's files that run: no tests, declarations or configuration."""
    return tuple(
        path
        for path in provider.files
        if not view.is_test(path)
        and not path.endswith((".d.ts", ".d.mts", ".d.cts"))
        and path != f"{provider.path}/config.ts"
    )


def _style(view: View, provider: Provider) -> Style:
    """The provider's own style; that of shared code for a provider with nothing to look at."""
    own = [path for path in (provider.adapter, provider.entry, *source_files(view, provider)) if path]
    style = style_of(view, own[:4])
    if any((facts := view.facts(path)) is not None and _tells(facts) for path in own[:4]):
        return style
    shared = [
        f"{folder}/{name}" for folder in view.shared for name in view.children(folder) if name.endswith(".ts")
    ]
    return style_of(view, shared[:4]) if shared else style


def _tells(facts: FileFacts) -> bool:
    return specifier_style([item.specifier for item in facts.imports]) is not None


def _names(view: View, settings: Settings, provider: Provider) -> Names:
    conventions = settings.conventions
    pascal = provider.pascal
    camel = pascal[:1].lower() + pascal[1:]
    wanted = _wanted(view, provider, "config")
    health = [convention(name, provider) for name in conventions.health_function]
    own = [name for name in health if alike(pascal) in alike(name)]
    return Names(
        f"{pascal}Adapter",
        convention(conventions.error_class, provider),
        convention(conventions.error_wrapper, provider),
        (own or health or [f"check{pascal}Health"])[0],
        next((name for name in wanted if name.startswith(("load", "get", "read"))), f"load{pascal}Config"),
        next((name for name in wanted if name[0].isupper() and name.endswith("Config")), f"{pascal}Config"),
        next((name for name in wanted if name.endswith("Schema")), f"{camel}ConfigSchema"),
    )


def _wanted(view: View, provider: Provider, kind: str) -> tuple[str, ...]:
    """The names that the provider's files already import from a file that is absent."""
    target = f"{provider.path}/{kind}.ts"
    if view.exists(target):
        return ()
    found: list[str] = []
    for path in provider.files:
        data = view.read(path)
        facts = view.facts(path) if data is not None and f"/{kind}".encode() in data else None
        for item in facts.imports if facts is not None else ():
            resolution = view.resolve(item.specifier, path)
            if resolution.path is None and target in resolution.tried:
                found.extend(bound.imported for bound in item.names)
    return tuple(dict.fromkeys(found))


def _errors(view: View, provider: Provider, settings: Settings) -> Mapping[str, ErrorClass]:
    roles = dict(_ERROR_ROLES)
    roles["base"] = tuple(dict.fromkeys((*settings.symbols.base_errors, BASE_ERROR)))
    found: dict[str, ErrorClass] = {}
    for role, names in roles.items():
        for name in names:
            known = error_class(view, provider, name) if "*" not in name else None
            if known is not None:
                found[role] = known
                break
    return found


def _complete(prefix: str, settings: tuple[Setting, ...], *, brand_new: bool) -> tuple[Setting, ...]:
    """A configuration always knows where the service is, if only by an optional setting."""
    listed = list(settings)
    if not any(setting.kind == "url" for setting in settings):
        listed.insert(0, Setting("baseUrl", f"{prefix}_BASE_URL", "url", None))
    if brand_new and not any(setting.key == "timeoutMs" for setting in settings):
        listed.insert(1, Setting("timeoutMs", f"{prefix}_TIMEOUT_MS", "number", "10_000"))
    return tuple(listed)


# What config.ts offers


def _config_api(
    view: View,
    provider: Provider,
    names: Names,
    settings: tuple[Setting, ...],
    planned: Collection[str],
) -> ConfigApi | None:
    path = f"{provider.path}/config.ts"
    if view.exists(path):
        return _existing_config(view, provider, path)
    if "config" not in planned:
        return None
    keys = url_keys()
    urls = [setting for setting in settings if setting.kind == "url"]
    best = ([setting for setting in urls if setting.key in keys] or urls)[0]
    return ConfigApi(path, names.loader, names.config_type, names.schema, best.key, best.default is None)


def _existing_config(view: View, provider: Provider, path: str) -> ConfigApi | None:
    names, _ = exported_names(view, path)
    found: list[tuple[int, Declared, n.Function]] = []
    for name in names:
        declared = exported(view, path, name)
        if not isinstance(declared, tuple) or not declared.decl.trusted:
            continue
        function = function_of(declared.decl)
        if function is None or any(not _omittable(param) for param in function.params):
            continue
        lower = name.lower()
        if not lower.startswith(("load", "get", "read", "parse", "create")) or "config" not in lower:
            continue
        found.append((0 if alike(provider.pascal) in alike(name) else 1, declared, function))
    if not found:
        return None
    _, declared, function = min(found, key=lambda item: (item[0], item[1].decl.name or ""))
    url = _url_property(declared.facts)
    type_name = next((name for name in sorted(names) if name[0].isupper() and name.endswith("Config")), "")
    return ConfigApi(
        path,
        declared.decl.name or "",
        type_name,
        "",
        url[0] if url is not None else None,
        url[1] if url is not None else True,
        function.is_async,
    )


def _omittable(param: n.Param) -> bool:
    return param.optional or param.rest or param.default is not None


def _url_property(facts: FileFacts) -> tuple[str, bool] | None:
    """The property of the loaded configuration that holds the address, and whether it may be absent."""
    keys: dict[str, bool] = {}
    for decl in facts.decls:
        for node in walk(decl.node):
            if isinstance(node, n.Prop) and node.key is not None:
                text = decl.text_of(node.value)
                if "z." in text:
                    keys.setdefault(node.key, ".optional()" in text or ".nullish()" in text)
            elif isinstance(node, n.TypeProp) and node.name is not None and node.kind == "property":
                keys.setdefault(node.name, node.optional)
    key = next((key for key in url_keys() if key in keys), None)
    return (key, keys[key]) if key is not None else None


def superclass_name(adapter: Adapter) -> str | None:
    """What the adapter's class extends, as written."""
    node = head(adapter.decl)
    return adapter.decl.text_of(node.extends) if node is not None and node.extends is not None else None
