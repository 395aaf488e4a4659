"""Pack the check engine, its settings and the library it needs into one file for its jobs.

The file is a zip application (https://docs.python.org/3/library/zipapp.html), run by
`python3 checks.pyz …`. A job in an isolated VPC cannot install anything, so the one library that
the container lacks, Apache DataSketches, travels along: as its wheels for each Python that the
container may have. The same code, settings and wheels make the same bytes, so that an unchanged
pipeline stays unchanged.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

from . import settings as settings_module
from .settings import CheckSettings
from .wheels import REQUIREMENT, WHEELS, found, missing

FILE_NAME = "checks.pyz"
PACKAGE = Path(__file__).resolve().parent
_BUILD_ONLY = ("bundle.py", "wheels.py", "get_wheels.py")
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)

_MAIN = '''"""The entry of the zip application: makes the wheels importable, then runs the job."""

import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(sys.argv[0]).resolve()


def main() -> int:
    with zipfile.ZipFile(HERE) as archive, tempfile.TemporaryDirectory() as directory:
        tag = f"cp{sys.version_info[0]}{sys.version_info[1]}"
        wheels = [name for name in archive.namelist() if name.endswith(".whl")]
        fitting = [name for name in wheels if f"-{tag}-" in name]
        if fitting:
            # Its extension module is a file that the system loads: it cannot stay in an archive.
            wheel = archive.extract(fitting[0], directory)
            with zipfile.ZipFile(wheel) as content:
                content.extractall(Path(directory) / "library")
            sys.path.insert(0, str(Path(directory) / "library"))
        settings_text = archive.read("settings.json").decode()
        from checks.job import main as job
        from checks.settings import CheckSettings

        return job(CheckSettings.from_json(settings_text))


sys.exit(main())
'''


class BundleError(Exception):
    """The bundle cannot be made; the text says what to do."""


def build(path: Path, settings: CheckSettings, wheels: Path | None = None) -> Path:
    """Write the bundle to `path`. Raises BundleError if a wheel is missing."""
    files = {f"checks/{name}": content for name, content in _sources()}
    files.update(
        {f"wheels/{wheel.name}": wheel.read_bytes() for wheel in _wheels(wheels or WHEELS)}
    )
    files["__main__.py"] = _MAIN.encode()
    files[settings_module.FILE_NAME] = settings.to_json().encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _FIXED_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return path


def _sources() -> Sequence[tuple[str, bytes]]:
    return [
        (file.relative_to(PACKAGE).as_posix(), file.read_bytes())
        for file in sorted(PACKAGE.rglob("*.py"))
        if file.name not in _BUILD_ONLY
    ]


def _wheels(directory: Path) -> list[Path]:
    lacking = missing(directory)
    if lacking:
        pythons = ", ".join(f"{python[0]}.{python[1:]}" for python in lacking)
        raise BundleError(
            f"the open check engine needs {REQUIREMENT} for Python {pythons} in {directory}; "
            "get it with: python -m pipelines.checks.get_wheels"
        )
    return found(directory)
