"""Which files a Lambda function's asset has: its folder's, and what it uses of the shared package."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

LAMBDAS = Path(__file__).resolve().parents[1] / "lambdas"
SHARED = LAMBDAS / "shared" / "slipway_shared"


def asset_files(directory: str) -> dict[str, Path]:
    """The files of a folder of `lambdas/`, and the shared modules that they import, and those import; by
    their path in the asset. What tools leave in a working directory is not among them."""
    folder = LAMBDAS / directory
    files = {str(file.relative_to(folder)): file for file in sorted(folder.rglob("*.py"))}
    pending, used = list(files.values()), {SHARED / "__init__.py"}
    while pending:
        for module in _shared_modules(pending.pop()):
            file = SHARED / f"{module}.py"
            if file not in used:
                used.add(file)
                pending.append(file)
    return files | {f"{SHARED.name}/{file.name}": file for file in sorted(used)}


def _shared_modules(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{SHARED.name}."):
            yield str(node.module).partition(".")[2]
