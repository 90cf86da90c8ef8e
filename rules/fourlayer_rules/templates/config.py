"""`config.ts`: the application's settings, validated when they are loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fourlayer_rules.derive.model import ProviderModel
    from fourlayer_rules.derive.settings import Setting


def render(model: ProviderModel) -> str:
    """The whole file."""
    names = model.names
    fields = "\n".join(f"  {setting.key}: {schema(setting)}," for setting in model.settings)
    reads = "\n".join(
        f'    {setting.key}: env["{setting.variable}"] || undefined,' for setting in model.settings
    )
    return model.style.apply(
        f"""\
import {{ z }} from "zod";

/** The application's settings for {model.display}. Tokens are the tenants' and come through `connect`. */
export const {names.schema} = z.object({{
{fields}
}});

export type {names.config_type} = z.infer<typeof {names.schema}>;

/** Reads and validates the environment; an empty variable counts as absent. Throws a ZodError. */
export function {names.loader}(env: NodeJS.ProcessEnv = process.env): {names.config_type} {{
  return {names.schema}.parse({{
{reads}
  }});
}}
"""
    )


def schema(setting: Setting) -> str:
    """The Zod schema of one setting."""
    if setting.kind == "url":
        text = "z.string().url()"
    elif setting.kind == "number":
        text = "z.coerce.number()" + _range(setting.default)
    elif setting.kind == "flag":
        text = 'z.enum(["true", "false"])'
        if setting.default is not None:
            text += f'.default("{setting.default}")'
        return text + '.transform((value) => value === "true")'
    else:
        text = "z.string()"
    return f"{text}.default({setting.default})" if setting.default is not None else f"{text}.optional()"


def _range(default: str | None) -> str:
    """Counts and times stay whole and above zero where today's value is."""
    plain = (default or "").replace("_", "")
    whole = plain.isdigit() or ("*" in plain and "." not in plain)
    if not whole:
        return ""
    return ".int().nonnegative()" if plain.strip("0") == "" else ".int().positive()"
