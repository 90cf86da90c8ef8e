"""The real TypeScript compiler and Node.js, for tests of generated code."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

NODE_MODULES = Path(__file__).resolve().parent.parent / "node/node_modules"

STRICTEST = {
    "target": "ES2022",
    "lib": ["ES2022"],
    "module": "NodeNext",
    "moduleResolution": "NodeNext",
    "types": ["node"],
    "strict": True,
    "exactOptionalPropertyTypes": True,
    "noUncheckedIndexedAccess": True,
    "noImplicitOverride": True,
    "noImplicitReturns": True,
    "noPropertyAccessFromIndexSignature": True,
    "noUnusedLocals": True,
    "noUnusedParameters": True,
    "noFallthroughCasesInSwitch": True,
    "verbatimModuleSyntax": True,
    "isolatedModules": True,
    "skipLibCheck": True,
}
"""The compiler options that generated code has to stand."""


def need_node() -> None:
    """Skip where the compiler or Node.js is not installed (`npm ci` in tests/node)."""
    if not (NODE_MODULES / "typescript").is_dir() or shutil.which("node") is None:
        pytest.skip("needs node, and `npm ci` in tests/node")


def link_modules(folder: Path) -> None:
    """Let programs below a folder find zod and the types of Node.js."""
    (folder / "node_modules").symlink_to(NODE_MODULES, target_is_directory=True)


def run(folder: Path, *command: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program in a folder to its end."""
    return subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False
    )


def compile_all(folder: Path, *options: str) -> list[str]:
    """The compiler's complaints about every file below a folder that holds a tsconfig.json."""
    done = run(folder, str(NODE_MODULES / ".bin/tsc"), "-p", str(folder), "--pretty", "false", *options)
    return [line for line in done.stdout.splitlines() if ": error TS" in line or line.startswith("error")]
