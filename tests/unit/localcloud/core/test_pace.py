"""The pace: what only waits passes faster than on AWS, and nothing else does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from localcloud.cloud import Cloud
from localcloud.settings import Settings


@pytest.mark.parametrize(("pace", "here"), [(1.0, 600.0), (20.0, 30.0), (0.5, 1200.0)])
def test_a_wait_of_ten_minutes_lasts(pace: float, here: float, tmp_path: Path) -> None:
    assert Cloud(Settings(state_dir=tmp_path, pace=pace)).paced(600) == here


@pytest.mark.parametrize("pace", ["0", "-1", "1001", "nan"])
def test_a_pace_that_cannot_be_is_refused_by_the_command(pace: str) -> None:
    command = [sys.executable, "-m", "localcloud", "--pace", pace]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert f"{pace} is not above 0 and at most 1000" in ended.stderr
