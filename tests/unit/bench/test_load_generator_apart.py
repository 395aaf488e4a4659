"""Locust stays in its own process: its gevent replaces the sockets and threads of whatever imports it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("bench", "demo", "infra", "lambdas", "localcloud", "pipeline_code", "tests", "tools")
LOCUSTFILE = ROOT / "bench/prod_load/locustfile.py"


def imported(file: Path) -> set[str]:
    """The top-level packages that a file imports, and our modules by their full names."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def test_nothing_imports_locust_but_its_own_file() -> None:
    files = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")]
    assert LOCUSTFILE in files
    importing = {
        file
        for file in files
        if any(
            name.partition(".")[0] in ("locust", "gevent") or name.endswith("prod_load.locustfile")
            for name in imported(file)
        )
    }
    assert importing == {LOCUSTFILE}


def test_the_scenarios_are_imported_without_gevent() -> None:
    program = (
        "import sys; import bench.prod_load.measure;"
        "sys.exit(' '.join({'gevent', 'locust'} & set(sys.modules)) or None)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
