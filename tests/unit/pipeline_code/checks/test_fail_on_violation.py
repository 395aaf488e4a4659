"""A violation fails the job, or is left for a later step to read."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest
from pipelines.abalone.model_checks import CHECK_SETTINGS
from pipelines.checks import job
from pipelines.checks.kinds import DataQuality
from pipelines.checks.tables import Csv


class Store(job.Cloud):
    """S3 as a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.uploaded: list[str] = []

    def download(self, uri: str, path: Path) -> None:
        shutil.copyfile(self.folder / uri.rpartition("/")[2], path)

    def upload(self, path: Path, uri: str) -> None:
        self.uploaded.append(uri)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """The files of a baseline; the job's data is another."""
    chance = random.Random(1)
    for name, shift in (("baseline", 0.0), ("processing/input/data", 5.0)):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        rows = [str(chance.gauss(shift, 1)) for _ in range(500)]
        (folder / "data.csv").write_text("\n".join(["weight", *rows]))
    kept = tmp_path / "store"
    DataQuality(tmp_path / "baseline", Csv(header=True)).analyze().write(kept)
    return Store(kept)


@pytest.mark.parametrize("fails", [True, False])
def test_a_violation_fails_the_job_only_if_it_is_to(
    tmp_path: Path, store: Store, fails: bool
) -> None:
    given = job.parse(
        [
            "data_quality",
            *("--skip", "False", "--register", "False", "--group", "g"),
            *("--output-uri", "s3://b/out", "--base-dir", str(tmp_path)),
            *("--supplied-statistics", "s3://b/statistics.json"),
            *("--supplied-constraints", "s3://b/constraints.json"),
            *([] if fails else ["--fail-on-violation", "false"]),
        ]
    )
    message, failed = job.check(CHECK_SETTINGS, given, store)
    assert failed is fails
    assert "weight: distance between the distributions" in message
    report = tmp_path / "processing" / "output" / "constraint_violations.json"
    (violation,) = json.loads(report.read_text())["violations"]
    assert violation["feature_name"] == "weight"
    # SageMaker uploads the output of a job that succeeds, and nothing of one that fails.
    assert ("s3://b/out/constraint_violations.json" in store.uploaded) is fails
