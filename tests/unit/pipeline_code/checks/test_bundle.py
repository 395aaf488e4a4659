"""The one file that the open engine's jobs are given."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from pipelines.abalone.model_checks import CHECK_SETTINGS
from pipelines.checks import bundle, wheels
from pipelines.checks.settings import CheckSettings


@pytest.fixture
def made_up_wheels(tmp_path: Path) -> Path:
    """A wheel for each Python, of a library that says for which one it is."""
    directory = tmp_path / "wheels"
    directory.mkdir()
    for python in wheels.PYTHONS:
        path = directory / f"datasketches-5.2.0-cp{python}-cp{python}-manylinux_2_17_x86_64.whl"
        with zipfile.ZipFile(path, "w") as wheel:
            wheel.writestr("datasketches.py", f"PYTHON = {python!r}\n")
    return directory


def test_same_content_makes_the_same_bytes(tmp_path: Path, made_up_wheels: Path) -> None:
    one = bundle.build(tmp_path / "one" / "checks.pyz", CHECK_SETTINGS, made_up_wheels)
    two = bundle.build(tmp_path / "two" / "checks.pyz", CHECK_SETTINGS, made_up_wheels)
    assert one.read_bytes() == two.read_bytes()


def test_settings_survive_the_way(tmp_path: Path, made_up_wheels: Path) -> None:
    path = bundle.build(tmp_path / "checks.pyz", CHECK_SETTINGS, made_up_wheels)
    text = zipfile.ZipFile(path).read("settings.json").decode()
    assert CheckSettings.from_json(text) == CHECK_SETTINGS


def test_missing_wheel_is_named_with_the_command(tmp_path: Path, made_up_wheels: Path) -> None:
    next(made_up_wheels.glob("*cp312*")).unlink()
    with pytest.raises(bundle.BundleError, match=r"for Python 3\.12 in .*checks\.get_wheels"):
        bundle.build(tmp_path / "checks.pyz", CHECK_SETTINGS, made_up_wheels)


def test_job_runs_from_the_file_alone_with_the_wheel_of_its_python(
    tmp_path: Path, made_up_wheels: Path
) -> None:
    path = bundle.build(tmp_path / "checks.pyz", CHECK_SETTINGS, made_up_wheels)
    # The engine's entry is replaced by one that says which library it sees.
    entry = "def main(settings):\n import datasketches\n print(datasketches.PYTHON)\n return 3\n"
    changed = tmp_path / "changed.pyz"
    with zipfile.ZipFile(path) as given, zipfile.ZipFile(changed, "w") as archive:
        for name in given.namelist():
            archive.writestr(name, entry if name == "checks/job.py" else given.read(name))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(changed)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.stdout.strip() == f"{sys.version_info[0]}{sys.version_info[1]}"
    assert done.returncode == 3


def test_job_refuses_a_flag_that_is_neither_true_nor_false(
    tmp_path: Path, made_up_wheels: Path
) -> None:
    path = bundle.build(tmp_path / "checks.pyz", CHECK_SETTINGS, made_up_wheels)
    arguments = ["data_bias", "--skip", "maybe", "--register", "True", "--group", "g"]
    done = subprocess.run(
        [sys.executable, str(path), *arguments, "--output-uri", "s3://b/k"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 2
    assert "'maybe' is neither true nor false" in done.stderr
