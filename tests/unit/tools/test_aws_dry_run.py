"""What TARGET=aws would make, from templates and the calls of a run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.aws_dry_run import __main__ as command
from tools.aws_dry_run import bill
from tools.iam_report.snapshot import Call, Snapshot


def call(action: str, count: int, allowed: bool = True) -> Call:
    return Call("Stack/Role", action, "arn", allowed, "", count)


CALLS = (
    call("sagemaker:CreateTrainingJob", 3),
    call("sagemaker:CreateTrainingJob", 5, allowed=False),
    call("s3:GetObject", 400),
)


def test_what_was_called_is_counted_and_priced() -> None:
    (training,) = [each for each in bill.lines(CALLS) if "training job" in each.what]
    assert training.count == 3
    assert training.cost == pytest.approx(3 * 4 * 0.00384)
    assert sum(each.count for each in bill.lines(CALLS)) == 3


def test_the_list_has_the_stacks_and_the_sum(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template = {"Resources": {"A": {"Type": "AWS::S3::Bucket"}, "B": {"Type": "AWS::S3::Bucket"}}}
    (tmp_path / "Stack.template.json").write_text(json.dumps(template))
    snapshots = tmp_path / "snapshots"
    snapshots.mkdir()
    assert command.main([str(tmp_path), str(snapshots)]) == 1
    assert "run `make iam-report`" in capsys.readouterr().err
    (snapshots / "a.json").write_text(Snapshot({}, CALLS).as_json())
    assert command.main([str(tmp_path), str(snapshots)]) == 0
    printed = capsys.readouterr().out
    assert "Stack: 2 resources" in printed
    assert "2 AWS::S3::Bucket" in printed
    assert "About $0.05 in all" in printed


def test_no_other_test_runs_on_a_real_account() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", __file__],
        env={**os.environ, "TARGET": "aws"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode != 0
    assert "TARGET=aws is for tests/e2e only" in ended.stdout + ended.stderr
