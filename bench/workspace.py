"""The workspace that is measured: a copy, with two files of known length to type in."""

from __future__ import annotations

import shutil
from pathlib import Path

FOLDER = "packages/integrations/bench/services"
SHORT = f"{FOLDER}/short.ts"
LONG = f"{FOLDER}/long.ts"
LENGTHS = {SHORT: 300, LONG: 1500}
PROBES = ("__probe", "__bench")
"""Names on the line whose finding is watched: ours, and that of a set-up folder of other tools."""

_HEAD = """import type { SupabaseClient } from "@supabase/supabase-js";

export interface Deal {
  id: string;
  organization_id: string;
  amount: number;
}

export class DealService {
  constructor(private readonly db: SupabaseClient) {}
"""
_METHOD = """
  /** Deals above an amount, sorted; {index}. */
  async findLarge{index}(organizationId: string, amount: number): Promise<Deal[]> {{
    const {{ data, error }} = await this.db
      .from("deals")
      .select("id, organization_id, amount")
      .eq("organization_id", organizationId)
      .gt("amount", amount + {index});
    if (error) {{
      throw new Error(`deals: ${{error.message}}`);
    }}
    const rows: Deal[] = [];
    for (const row of data ?? []) {{
      if (row.amount % 2 === 0 || row.id.length > 3) {{
        rows.push({{ ...row, amount: Math.round(row.amount * 100) / 100 }});
      }}
    }}
    return rows.sort((left, right) => left.amount - right.amount);
  }}
"""
_PROBE_METHOD = """
  probe(): void {
    const __probe: any = undefined;
    void __probe;
  }
"""


def copied(repository: Path, target: Path) -> Path:
    """Copy a monorepo without what is installed or built."""
    ignored = shutil.ignore_patterns("node_modules", ".git", "dist", ".turbo", "__pycache__")
    shutil.copytree(repository, target, ignore=ignored, symlinks=True)
    return target


def add_files(workspace: Path) -> None:
    """Add the files to type in. What is measured before them is the monorepo as it is."""
    for path, lines in LENGTHS.items():
        (workspace / path).parent.mkdir(parents=True, exist_ok=True)
        (workspace / path).write_text(source(lines), encoding="utf-8")


def source(lines: int) -> str:
    """A service of about `lines` lines with one finding, on the line that holds the probe, in its middle."""
    parts = [_HEAD]
    length = _HEAD.count("\n")
    probed = False
    while length < lines:
        if not probed and length >= lines // 2:
            part, probed = _PROBE_METHOD, True
        else:
            part = _METHOD.format(index=len(parts))
        parts.append(part)
        length += part.count("\n")
    return "".join([*parts, "}\n"])
