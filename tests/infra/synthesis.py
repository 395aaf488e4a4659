"""The real app, run as the CDK CLI runs it: `python app.py`, without credentials and network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CONTEXT: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text())["context"]
MOVED_CLOCK = Path(__file__).resolve().parent / "moved_clock"
CLOCK_AHEAD_DAYS = 500


def context(slipway: Any) -> dict[str, Any]:
    """cdk.json's context, with this configuration."""
    return {**CONTEXT, "slipway": slipway}


def offline() -> list[str]:
    """A prefix that takes the network away, where the kernel allows it; else nothing."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return []
    prefix = [unshare, "--map-root-user", "--net"]
    allowed = subprocess.run([*prefix, "true"], capture_output=True, check=False)
    return prefix if allowed.returncode == 0 else []


def environment(**variables: str) -> dict[str, str]:
    """No credentials, no home directory, nothing of whoever runs the tests but the cache in which jsii
    keeps the CDK unpacked, for to unpack it takes many seconds; node is in the virtual environment."""
    binaries = f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}"
    cache = Path.home() / ".cache/aws/jsii/package-cache"
    return {"PATH": binaries, "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(cache), **variables}


def moved_clock() -> dict[str, str]:
    """Variables with which Python and node, in which the CDK runs, have a clock far ahead."""
    return {
        "CLOCK_AHEAD_DAYS": str(CLOCK_AHEAD_DAYS),
        "PYTHONPATH": str(MOVED_CLOCK),
        "NODE_OPTIONS": f"--require={MOVED_CLOCK / 'clock.cjs'}",
    }


def start(outdir: Path, slipway: Any, **variables: str) -> subprocess.Popen[str]:
    """Start the app with its output in `outdir`."""
    given = {"CDK_OUTDIR": str(outdir), "CDK_CONTEXT_JSON": json.dumps(context(slipway))}
    return subprocess.Popen(
        [*offline(), sys.executable, str(ROOT / "app.py")],
        cwd=ROOT,
        env=environment(HOME=str(outdir.parent), **given, **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def template(assembly: Path, stack: str) -> dict[str, Any]:
    """A synthesized template."""
    loaded: dict[str, Any] = json.loads((assembly / f"{stack}.template.json").read_text())
    return loaded


def flat(value: Any) -> Any:
    """A template's value with its functions written as text: `${Bucket.Arn}/*`."""
    match value:
        case {"Ref": name}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [resource, attribute]}:
            return f"${{{resource}.{attribute}}}"
        case {"Fn::ImportValue": name}:
            return f"${{{flat(name)}}}"
        case {"Fn::Sub": str(text)}:
            return text
        case {"Fn::Join": [delimiter, parts]}:
            return delimiter.join(flat(part) for part in parts)
        case dict():
            return {key: flat(entry) for key, entry in value.items()}
        case list():
            return [flat(entry) for entry in value]
    return value


def resources(loaded: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """The resources of a type by logical id, their functions written as text."""
    return {
        name: flat(resource)
        for name, resource in loaded["Resources"].items()
        if resource["Type"] == kind
    }
