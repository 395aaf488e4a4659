"""What a handler's cold start costs: the import of its module, in an interpreter that has what Lambda's has.

`measure` is the one way in which this project measures it, for tests and for benchmarks.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from infra.assets import asset_files

# What Lambda's Python runtime has imported before it imports a handler: the imports of
# awslambdaric 4.2.2 (https://github.com/aws/aws-lambda-python-runtime-interface-client), standard library
# alone; it also brings simplejson, which the handlers have no use for.
RUNTIME_IMPORTS = (
    "decimal, enum, importlib, importlib.util, json, logging, math, os, sys, time, traceback"
)
# Work of the same kind as an import of code without byte code, on the machine of docs/benchmarks.md when it
# does nothing else: what a processor that is shared, or is another, takes longer for, it does for both.
REFERENCE_MODULES = ("argparse", "inspect")
REFERENCE_MILLISECONDS = 23.5
# The clock runs inside the interpreter, so that its own start and the runtime's are not counted.
PROGRAM = f"""
import {RUNTIME_IMPORTS}
before = set(sys.modules)
started, cpu = time.perf_counter(), time.process_time()
import lambda_function
cpu, elapsed = time.process_time() - cpu, time.perf_counter() - started
new = sorted({{name.partition(".")[0] for name in set(sys.modules) - before}})
sources = [open(importlib.util.find_spec(name).origin).read() for name in {REFERENCE_MODULES}]
reference = time.process_time()
for source in sources:
    compile(source, "reference", "exec")
reference = time.process_time() - reference
print(json.dumps([elapsed, cpu * {REFERENCE_MILLISECONDS / 1000} / reference, new]))
"""


@dataclass(frozen=True)
class ColdStart:
    """The import of one handler."""

    milliseconds: float
    """By the clock; the best of the repetitions."""
    cpu_milliseconds: float
    """On the processor, as if it were the reference's and did nothing else; the best of the
    repetitions."""
    packages: frozenset[str]
    """Top-level modules that the import brought in."""
    asset_bytes: int
    """The asset's size as it is uploaded, and limited by Lambda: its zip file's."""


def measure(handler: str, repetitions: int = 5) -> ColdStart:
    """Import the handler as Lambda does, with its asset as the first folder of the path."""
    with tempfile.TemporaryDirectory() as folder:
        asset = Path(folder)
        make_asset(handler, asset)
        size = zipped_size(asset)
        runs = [_import_once(asset) for _ in range(repetitions)]
    return ColdStart(
        milliseconds=min(elapsed for elapsed, _, _ in runs) * 1000,
        cpu_milliseconds=min(cpu for _, cpu, _ in runs) * 1000,
        packages=runs[0][2],
        asset_bytes=size,
    )


def make_asset(handler: str, target: Path) -> None:
    """The handler's files and what it uses of the shared package, as they are deployed."""
    for name, source in asset_files(handler).items():
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)


def zipped_size(folder: Path) -> int:
    """The bytes of a folder's zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.rglob("*"):
            archive.write(file, file.relative_to(folder))
    return len(buffer.getvalue())


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
