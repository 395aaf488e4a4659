"""The Python of a build: its pip, its byte code, and the versions that a buildspec may ask for."""

from __future__ import annotations

import base64
import compileall
import hashlib
import io
import os
import sys
import zipfile
from pathlib import Path

import pytest

from localcloud.codebuild import bytecode_cache
from localcloud.codebuild.pip_front import configured, upgrades, uv_arguments
from tests.unit.localcloud.codebuild.conftest import Cloud

RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"


def wheel(version: str) -> bytes:
    """A wheel of one module that knows its version."""
    files = {
        "tiny.py": f'VERSION = "{version}"\n',
        f"tiny-{version}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n",
        f"tiny-{version}.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in files)
    files[f"tiny-{version}.dist-info/RECORD"] = record
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def test_pip_installs_into_the_builds_own_environment(cloud: Cloud) -> None:
    spec = f"""\
version: 0.2
phases:
  install:
    runtime-versions: {{python: {RUNNING}}}
    commands:
      - pip install --quiet --no-index ./tiny-1.0-py3-none-any.whl
      - python -c "import tiny, sys; print('tiny', tiny.VERSION, sys.prefix != sys.base_prefix)"
      - python -m pip install --no-index --no-deps --upgrade ./tiny-2.0.1-py3-none-any.whl
      - python -c "import tiny; print('tiny', tiny.VERSION)"
      - pip list --format=freeze
      - if python -c "import boto3" 2>/dev/null; then echo leaked; fi
"""
    wheels: dict[str, str | bytes] = {
        f"tiny-{version}-py3-none-any.whl": wheel(version) for version in ("1.0", "2.0.1")
    }
    cloud.put_zip("pip.zip", {"buildspec.yml": spec, **wheels})
    project = cloud.project(source={"type": "S3", "location": f"{cloud.bucket}/pip.zip"})
    build = cloud.wait(cloud.start(project))
    log = cloud.log(build)
    assert build["buildStatus"] == "SUCCEEDED", log
    assert {"tiny 1.0 True", "tiny 2.0.1", "tiny==2.0.1"} <= set(log)
    assert "leaked" not in log
    assert any(f"Using Python {RUNNING}" in line for line in log)


def test_absent_python_version_is_replaced_and_said_so(cloud: Cloud) -> None:
    build = cloud.build(
        "version: 0.2\nphases: {install: {runtime-versions: {python: 3.4}, commands: [python -V]}}\n"
    )
    log = cloud.log(build)
    assert any(
        f"Python 3.4 is not installed on this machine: Using Python {RUNNING}" in line
        for line in log
    )
    assert any(line.startswith(f"Python {RUNNING}.") for line in log)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("install -q boto3", ["--quiet", "boto3"]),
        ("install -r req.txt --no-input", ["--requirement", "req.txt"]),
        ("install --requirement=req.txt", ["--requirement", "req.txt"]),
        ("install -rreq.txt", ["--requirement", "req.txt"]),
        ("install --no-deps --no-build-isolation .", ["--no-deps", "--no-build-isolation", "."]),
        ("install -U a==1 b[x]>=2", ["a==1", "b[x]>=2", "--upgrade-package", "b"]),
        ("install -i https://x/simple a", ["--index-url", "https://x/simple", "a"]),
        ("install --root-user-action=ignore a", ["a"]),
        ("install --user a", None),
        ("install --dry-run a", None),
        ("list", None),
        ("", None),
    ],
)
def test_arguments_of_pip_become_uvs(given: str, expected: list[str] | None) -> None:
    assert uv_arguments(given.split()) == expected


def test_upgrade_concerns_what_is_named_and_not_pinned() -> None:
    assert upgrades(["a==1.0", "b ; python_version > '3'", "./local"]) == ["--upgrade-package", "b"]
    assert upgrades(["-r more.txt"]) == ["--upgrade"]
    assert upgrades(["a==1.*"]) == ["--upgrade-package", "a"]


def test_configuration_of_pip_is_obeyed_the_variable_first(tmp_path: Path) -> None:
    file = tmp_path / "pip.conf"
    file.write_text(
        "[global]\nindex-url = https://file/simple\nextra-index-url = https://a https://b\n"
    )
    assert configured({"PIP_INDEX_URL": "https://env/simple", "PIP_NO_INDEX": "0"}, [file]) == [
        "--index-url",
        "https://env/simple",
        "--extra-index-url",
        "https://a",
        "--extra-index-url",
        "https://b",
    ]


def packages(directory: Path, text: str) -> Path:
    """A directory with one installed distribution."""
    source = directory / "tiny.py"
    info = directory / "tiny-1.0.dist-info"
    info.mkdir(parents=True)
    source.write_text(text)
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
    (info / "RECORD").write_text(f"tiny.py,sha256={digest},{len(text)}\n")
    return directory


def compiled(directory: Path) -> Path:
    return next(iter(directory.glob("__pycache__/tiny.*.pyc")), directory / "none")


def test_byte_code_is_reused_for_the_same_source_only(tmp_path: Path) -> None:
    first, cache = packages(tmp_path / "1", "A = 1\n"), tmp_path / "cache"
    compileall.compile_dir(first, quiet=1)
    bytecode_cache.keep(first, cache)
    same, other = packages(tmp_path / "2", "A = 1\n"), packages(tmp_path / "3", "A = 2\n")
    os.utime(same / "tiny.py", (1, 1))
    assert bytecode_cache.restore(same, cache, []) == 1
    assert bytecode_cache.restore(other, cache, []) == 0
    assert compiled(same).read_bytes()[16:] == compiled(first).read_bytes()[16:]
    # Python itself takes it: it compiles nothing anew.
    before = compiled(same).stat().st_mtime_ns
    compileall.compile_dir(same, quiet=1)
    assert compiled(same).stat().st_mtime_ns == before


def test_byte_code_of_an_edited_source_is_not_kept(tmp_path: Path) -> None:
    edited, cache = packages(tmp_path / "1", "A = 1\n"), tmp_path / "cache"
    (edited / "tiny.py").write_text("A = 9\n")
    compileall.compile_dir(edited, quiet=1)
    bytecode_cache.keep(edited, cache)
    assert bytecode_cache.restore(packages(tmp_path / "2", "A = 1\n"), cache, []) == 0
    assert bytecode_cache.restore(packages(tmp_path / "3", "A = 1\n"), cache, [edited]) == 0
