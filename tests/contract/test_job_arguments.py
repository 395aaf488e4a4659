"""Every job step of the model repository's definition makes a request that AWS's API model takes."""

from __future__ import annotations

import copy
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2] / "pipeline_code"
API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference"
pytestmark = [
    pytest.mark.documented(f"{API}/API_CreateProcessingJob.html"),
    pytest.mark.documented(f"{API}/API_CreateTrainingJob.html"),
    pytest.mark.documented(f"{API}/API_CreateModelPackage.html"),
]


# Built as the model repository's own tests build it: without AWS, credentials and network.
BUILD = """
import sys
sys.path[:0] = ["tests", "."]
import conftest
from offline_aws import OfflineAws
from pipelines.abalone.pipeline import get_pipeline
session = OfflineAws("us-east-1", conftest.BUCKET).pipeline_session()
built = get_pipeline(
    region="us-east-1",
    role=conftest.ROLE,
    default_bucket=conftest.BUCKET,
    sagemaker_session=session,
)
sys.stdout.write(built.definition())
"""


@pytest.fixture(scope="module")
def definition() -> tuple[dict[str, Any], Any]:
    """The definition, and the model repository's reader of definitions."""
    built = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", BUILD],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert built.returncode == 0, built.stderr
    spec = importlib.util.spec_from_file_location(
        "model_repository_definitions", REPOSITORY / "tests" / "definitions.py"
    )
    assert spec is not None
    assert spec.loader is not None
    reader = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reader)
    return json.loads(built.stdout[built.stdout.index("{") :]), reader


def test_every_job_step_s_request_is_valid(definition: Any) -> None:
    content, reader = definition
    steps = reader.all_steps(content)
    kinds = {step["Type"] for step in steps.values()}
    assert set(reader.REQUESTS) <= kinds
    assert kinds - set(reader.REQUESTS) <= {"Condition", "Fail"}
    for name, step in steps.items():
        if step["Type"] in reader.REQUESTS:
            assert reader.request_errors(step, content) == [], name


@pytest.mark.parametrize(
    ("kind", "break_it", "complaint"),
    [
        (
            "Processing",
            lambda arguments: arguments.pop("AppSpecification"),
            'Missing required parameter in input: "AppSpecification"',
        ),
        (
            "Training",
            lambda arguments: arguments["AlgorithmSpecification"].update(TrainingInputMode="Fast"),
            "is none of",
        ),
        (
            "RegisterModel",
            lambda arguments: arguments.update(Colour="blue"),
            "Unknown parameter in input",
        ),
    ],
)
def test_an_invalid_request_would_be_found(
    definition: Any, kind: str, break_it: Any, complaint: str
) -> None:
    content, reader = definition
    step = next(
        copy.deepcopy(step) for step in reader.all_steps(content).values() if step["Type"] == kind
    )
    break_it(step["Arguments"])
    assert complaint in "\n".join(reader.request_errors(step, content))


def test_the_local_cloud_takes_the_same_requests(definition: Any) -> None:
    from localcloud.sagemaker.jobs.request_validation import validate

    content, reader = definition
    for step in reader.all_steps(content).values():
        if step["Type"] in ("Processing", "Training"):
            operation, name = reader.REQUESTS[step["Type"]]
            request = reader.resolve(step["Arguments"], content)
            validate(operation, {**request, name: "a-name"})
