"""Type-checks the examples that should compile, all of them in one run of the TypeScript compiler."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from fourlayer.project.jsonc import parse_object
from fourlayer.rule.model import RuleMeta
from tests.pages.harness import run_fixes, workspace
from tests.pages.page import Block, Example, Fixed, Page
from tests.pages.workspace import REPOSITORY, Files, Judge

NODE = REPOSITORY / "tests/node"
COMPILER = NODE / "node_modules/typescript/bin/tsc"

_ERROR = re.compile(r"([^/\s][^(]*?)/([^(]+)\((\d+),(\d+)\): error (.+)")
_OPTIONS = {
    "target": "ES2022",
    "lib": ["ES2022", "DOM"],
    "module": "NodeNext",
    "moduleResolution": "NodeNext",
    "moduleDetection": "force",
    "jsx": "preserve",
    "types": ["node"],
    "strict": True,
    "exactOptionalPropertyTypes": True,
    "noUncheckedIndexedAccess": True,
    "resolveJsonModule": True,
    "skipLibCheck": True,
    "noEmit": True,
}


class Program(NamedTuple):
    """One workspace that must compile: an example, or what fixing it leaves.

    `name` is its folder. `blocks` tells where on the page a file stands.
    """

    name: str
    rule: str
    page: str
    line: int
    example: Example
    fixed: Fixed | None
    blocks: tuple[Block, ...]


def programs_of(pages: Iterable[tuple[RuleMeta, Page]]) -> list[Program]:
    """Every example and every fixed state in which no block says `notsc`."""
    found: list[Program] = []
    for meta, page in pages:
        for example in page.examples:
            states: list[tuple[int, str, Fixed | None]] = [(example.line, example.kind, None)]
            states += [(fixed.line, "fixed", fixed) for fixed in example.fixed]
            for line, word, fixed in states:
                blocks = _blocks(example, fixed)
                if not any("notsc" in block.flags for block in blocks):
                    name = f"{meta.id}-{word}-{line}"
                    found.append(Program(name, meta.id, page.name, line, example, fixed, blocks))
    return found


def _blocks(example: Example, fixed: Fixed | None) -> tuple[Block, ...]:
    """The blocks that a state is made of: the example's, replaced by the fixed ones."""
    if fixed is None:
        return example.blocks
    replaced = {block.path for block in fixed.blocks}
    kept = [block for block in example.blocks if block.path not in replaced]
    return (*kept, *(block for block in fixed.blocks if "deleted" not in block.flags))


def files_of(program: Program, judge: Judge) -> dict[str, str]:
    """The program's files; where the page leaves content out (`fixed=compiles`), what the fix wrote."""
    files = workspace(program.example)
    if program.fixed is None:
        return files
    if any("fixed" in block.keys for block in program.fixed.blocks):
        return run_fixes(files, program.rule, program.fixed.kind, judge).files
    for block in program.fixed.blocks:
        if "deleted" in block.flags:
            files.pop(block.path, None)
        else:
            files[block.path] = block.text
    return files


def compile_all(programs: Sequence[Program], folder: Path, judge: Judge) -> dict[str, list[str]]:
    """Compile every program in one run. Returns each program's errors, placed on its page where possible."""
    for program in programs:
        _lay_out(folder / program.name, files_of(program, judge))
    shutil.copytree(NODE / "types", folder / "types")
    (folder / "node_modules").symlink_to(NODE / "node_modules")
    (folder / "package.json").write_text('{ "type": "module" }')
    settings = {
        "compilerOptions": _OPTIONS,
        "include": ["**/*.ts", "**/*.tsx", "**/*.mts"],
        "exclude": ["**/node_modules"],
    }
    (folder / "tsconfig.json").write_text(json.dumps(settings))
    run = subprocess.run(
        ["node", str(COMPILER), "-p", str(folder), "--pretty", "false"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return _errors(run.stdout + run.stderr, programs)


def _lay_out(folder: Path, files: Files) -> None:
    """Write a workspace, and link its packages under their names."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    for path, text in files.items():
        package, _, name = path.rpartition("/")
        if name != "package.json" or not package:
            continue
        declared = parse_object(text.encode()).get("name")
        if isinstance(declared, str) and declared:
            link = folder / "node_modules" / declared
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(folder / package)


def _errors(output: str, programs: Sequence[Program]) -> dict[str, list[str]]:
    """The compiler's lines by program. Raises RuntimeError for output that belongs to none."""
    by_name = {program.name: program for program in programs}
    errors: dict[str, list[str]] = {name: [] for name in by_name}
    for line in output.splitlines():
        match = _ERROR.fullmatch(line)
        if match and match[1] in by_name:
            errors[match[1]].append(_placed(by_name[match[1]], match[2], int(match[3]), match[5]))
        elif line.strip() and not line.startswith(" "):
            raise RuntimeError(f"the compiler says: {line}")
    return errors


def _placed(program: Program, path: str, line: int, message: str) -> str:
    """An error with the page's line, or the file's where the page does not show the file."""
    for block in program.blocks:
        if block.path == path and "fixed" not in block.keys:
            return f"{program.page}:{block.line + line - 1}: {path}:{line}: {message}"
    return f"{program.page}:{program.line}: {path}:{line}: {message}"
