"""The Python of a build: a fresh virtual environment, with a pip that is fast.

A build of AWS's starts from an image with a clean Python and pip. Here each build gets a virtual
environment of its own, made by `uv venv` from the interpreter that runs the local cloud (or from the
version that `runtime-versions` names, if that is installed on this machine), with the pip (and, up to
Python 3.11, setuptools) that come with the interpreter. `pip install` there is done by uv, with uv's
cache of the machine's user, so that a second install costs little: `pip_front.py` says how, and what
is left to pip itself. Files are hard links into uv's cache where the file system allows it: a build
that edits installed files edits the cache.
"""

from __future__ import annotations

import ensurepip
import json
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from localcloud.cloud import current
from localcloud.codebuild import bytecode_cache
from localcloud.codebuild.errors import PhaseFailed

FRONT = "_codebuild_pip"
BYTECODE = "_codebuild_bytecode"
# `python -m pip` runs `pip.__main__`: this finder puts pip_front.py in its place, and only there.
HOOK = f"""\
import sys


class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name != "pip.__main__":
            return None
        from importlib.util import spec_from_file_location

        return spec_from_file_location(name, __file__.replace("{FRONT}_hook", "{FRONT}"))


sys.meta_path.insert(0, Finder)
"""
COMMAND = """\
#!/bin/sh
exec "$(dirname "$0")/python" -m pip "$@"
"""


def uv() -> Path:
    """The uv of the server's own environment."""
    return Path(sys.prefix) / "bin" / "uv"


def running_version() -> str:
    """The running interpreter's version, without its patch: `3.11`."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


class PythonEnvironment:
    """One build's virtual environment."""

    def __init__(self, directory: Path, environment: Mapping[str, str]) -> None:
        self.directory = directory
        self._environment = {**environment, **_cache_directory()}
        self.version = running_version()

    @property
    def variables(self) -> dict[str, str]:
        """What a process needs to run in it."""
        path = self._environment["PATH"]
        return {
            **_cache_directory(),
            "PATH": f"{self.directory / 'bin'}:{path}",
            "VIRTUAL_ENV": str(self.directory),
        }

    def make(self, wanted: str | None) -> str:
        """Make it; what to tell in the log about the version."""
        told = "Using Python {0}, the local cloud's own"
        if wanted in (None, "latest") or _major_minor(str(wanted)) == running_version():
            self._venv(sys.executable)
            return told.format(self.version)
        if self._venv(str(wanted).removesuffix(".x"), may_fail=True):
            self.version = str(wanted)
            return f"Using Python {wanted}, found on this machine"
        self._venv(sys.executable)
        return f"Python {wanted} is not installed on this machine: " + told.format(self.version)

    def _venv(self, python: str, *, may_fail: bool = False) -> bool:
        arguments = ["venv", "--quiet", "--no-project", "--no-python-downloads", "--python", python]
        if not self._uv(*arguments, str(self.directory), may_fail=may_fail):
            return False
        # uv stamps an `activate`; python -m venv's pip and setuptools come from the interpreter.
        own = Path(python) == Path(sys.executable)
        wheels = _bundled_wheels() if own else ()
        if wheels:
            self._uv(
                "pip", "install", "--quiet", "--no-index", "--no-deps", *self._target(), *wheels
            )
        else:
            self._uv("pip", "install", "--quiet", *self._target(), "pip")
        self._put_front()
        return True

    def keep_bytecode(self) -> None:
        """Keep for other builds what this one's imports have compiled."""
        for packages in self.directory.glob("lib/python*/site-packages"):
            bytecode_cache.keep(packages, _bytecode())

    def _target(self) -> tuple[str, str]:
        return "--python", str(self.directory / "bin" / "python")

    def _put_front(self) -> None:
        (packages,) = self.directory.glob("lib/python*/site-packages")
        own = Path(sysconfig.get_path("purelib"))
        donors = [own] if packages.parent.name == own.parent.name else []
        settings = {
            "uv": str(uv()),
            "bytecode": str(_bytecode()),
            "donors": [str(donor) for donor in donors],
        }
        here = Path(__file__).parent
        (packages / f"{FRONT}.py").write_text((here / "pip_front.py").read_text())
        (packages / f"{FRONT}.json").write_text(json.dumps(settings))
        (packages / f"{BYTECODE}.py").write_text((here / "bytecode_cache.py").read_text())
        (packages / f"{FRONT}_hook.py").write_text(HOOK)
        (packages / f"{FRONT}.pth").write_text(f"import {FRONT}_hook\n")
        for name in ("pip", "pip3"):
            command = self.directory / "bin" / name
            # A hard link into uv's cache, perhaps.
            command.unlink(missing_ok=True)
            command.write_text(COMMAND)
            command.chmod(0o755)
        bytecode_cache.restore(packages, _bytecode(), donors)

    def _uv(self, *arguments: str, may_fail: bool = False) -> bool:
        ran = subprocess.run(
            [str(uv()), *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode and not may_fail:
            raise PhaseFailed(
                "CLIENT_ERROR",
                f"no Python environment could be made: {ran.stderr.strip()}",
                "FAULT",
            )
        return ran.returncode == 0


def _major_minor(version: str) -> str:
    parts = version.split(".")
    if parts[1:2] == ["x"] and parts[0] == running_version().partition(".")[0]:
        return running_version()
    return ".".join(parts[:2])


@cache
def _bundled_wheels() -> tuple[str, ...]:
    bundled = Path(ensurepip.__file__).parent / "_bundled"
    return tuple(str(wheel) for wheel in sorted(bundled.glob("*.whl")))


@cache
def _cache_directory_text() -> str:
    ran = subprocess.run([str(uv()), "cache", "dir"], capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def _cache_directory() -> dict[str, str]:
    """uv's cache is shared with the machine's user, whose home directory a build does not have."""
    return {"UV_CACHE_DIR": _cache_directory_text()}


def _bytecode() -> Path:
    return current().directory("cache", "codebuild", "bytecode")
