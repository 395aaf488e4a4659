"""A training job in an older scikit-learn image runs without scikit-learn, and not with another one."""

from __future__ import annotations

import pytest

from tests.unit.localcloud.sagemaker.service import image

from .conftest import Jobs

pytestmark = pytest.mark.local_only("AWS has a container for each version")
INSTALLED = image("sagemaker-scikit-learn")
OLDER = INSTALLED.rpartition(":")[0] + ":1.2-1-cpu-py3"
# As the SageMaker SDK's jobs do it: a shell that calls Python.
SHELL = ["/bin/bash", "-c", "python3 /opt/ml/input/data/code/script.py"]
WITHOUT = """
import json, os, pathlib, numpy
pathlib.Path("/opt/ml/model/path.json").write_text(json.dumps(os.environ["PYTHONPATH"]))
"""
WITH = """
import pathlib
try:
    from sklearn.linear_model import LinearRegression
except ImportError as error:
    pathlib.Path("/opt/ml/output/failure").write_text(str(error))
    raise
"""


@pytest.mark.parametrize("entrypoint", [None, SHELL])
def test_job_runs_that_does_without_the_library(jobs: Jobs, entrypoint: list[str] | None) -> None:
    request = jobs.training_request(WITHOUT, Environment={"PYTHONPATH": "/opt/ml/code"})
    specification = request["AlgorithmSpecification"]
    specification["TrainingImage"] = OLDER
    if entrypoint:
        specification["ContainerEntrypoint"] = entrypoint
    jobs.sagemaker.create_training_job(**request)
    described = jobs.trained(request["TrainingJobName"])
    assert described["TrainingJobStatus"] == "Completed", described
    assert described["AlgorithmSpecification"]["TrainingImage"] == OLDER


@pytest.mark.parametrize("entrypoint", [None, SHELL])
def test_job_fails_by_name_that_imports_the_library(
    jobs: Jobs, entrypoint: list[str] | None
) -> None:
    request = jobs.training_request(WITH)
    specification = request["AlgorithmSpecification"]
    specification["TrainingImage"] = OLDER
    if entrypoint:
        specification["ContainerEntrypoint"] = entrypoint
    jobs.sagemaker.create_training_job(**request)
    described = jobs.trained(request["TrainingJobName"])
    assert described["TrainingJobStatus"] == "Failed"
    reason = described["FailureReason"]
    assert f"unsupported by the local cloud: import of sklearn in {OLDER}" in reason
    assert f"supported: {INSTALLED.rpartition('/')[2]}" in reason
    specification["TrainingImage"] = INSTALLED
    request["TrainingJobName"] += "-again"
    jobs.sagemaker.create_training_job(**request)
    assert jobs.trained(request["TrainingJobName"])["TrainingJobStatus"] == "Completed"


def test_script_mode_is_refused_at_once(jobs: Jobs) -> None:
    request = jobs.training_request(WITHOUT, HyperParameters={"sagemaker_program": "x.py"})
    request["AlgorithmSpecification"] = {"TrainingImage": OLDER, "TrainingInputMode": "File"}
    with pytest.raises(jobs.sagemaker.exceptions.ClientError, match="as installed here"):
        jobs.sagemaker.create_training_job(**request)
