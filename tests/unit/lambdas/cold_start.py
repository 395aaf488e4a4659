"""What a handler's cold start costs: the import of its module, in an interpreter that has what Lambda's has.

`measure` is the one way in which this project measures it, for tests and for benchmarks.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.unit.lambdas.assets import LAMBDAS, SHARED

# What Lambda's Python runtime has imported before it imports a handler: the imports of
# awslambdaric 4.2.2 (https://github.com/aws/aws-lambda-python-runtime-interface-client), standard library
# alone; it also brings simplejson, which the handlers have no use for.
RUNTIME_IMPORTS = "decimal, enum, importlib, json, logging, math, os, sys, time, traceback"
# The clock runs inside the interpreter, so that its own start and the runtime's are not counted.
PROGRAM = f"""
import {RUNTIME_IMPORTS}
before = set(sys.modules)
started, cpu = time.perf_counter(), time.process_time()
import lambda_function
cpu, elapsed = time.process_time() - cpu, time.perf_counter() - started
new = sorted({{name.partition(".")[0] for name in set(sys.modules) - before}})
print(json.dumps([elapsed, cpu, new]))
"""


@dataclass(frozen=True)
class ColdStart:
    """The import of one handler."""

    milliseconds: float
    """By the clock; the best of the repetitions."""
    cpu_milliseconds: float
    """On the processor, which hardly depends on what else runs; the best of the repetitions."""
    packages: frozenset[str]
    """Top-level modules that the import brought in."""
    asset_bytes: int
    """The sum of the asset's files."""


def measure(handler: str, repetitions: int = 5) -> ColdStart:
    """Import the handler as Lambda does, with its asset as the first folder of the path."""
    with tempfile.TemporaryDirectory() as folder:
        asset = Path(folder)
        make_asset(handler, asset)
        size = sum(file.stat().st_size for file in asset.rglob("*") if file.is_file())
        runs = [_import_once(asset) for _ in range(repetitions)]
    return ColdStart(
        milliseconds=min(elapsed for elapsed, _, _ in runs) * 1000,
        cpu_milliseconds=min(cpu for _, cpu, _ in runs) * 1000,
        packages=runs[0][2],
        asset_bytes=size,
    )


def make_asset(handler: str, target: Path) -> None:
    """The handler's files and the shared package, as they are deployed."""
    ignore = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(LAMBDAS / handler, target, dirs_exist_ok=True, ignore=ignore)
    shutil.copytree(SHARED, target, dirs_exist_ok=True, ignore=ignore)


def _import_once(asset: Path) -> tuple[float, float, frozenset[str]]:
    # -B: no byte code is kept, as on Lambda, so every repetition is a cold one.
    completed = subprocess.run(
        [sys.executable, "-B", "-s", "-c", PROGRAM],
        cwd=asset,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    elapsed, cpu, packages = json.loads(completed.stdout)
    return float(elapsed), float(cpu), frozenset(packages)
