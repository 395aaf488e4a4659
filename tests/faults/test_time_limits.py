"""A build that hangs and jobs that exceed their stopping condition: ended in time, with a reason, and the
next run succeeds. (Functions that hang are among `test_function_faults`.)
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from demo import code_pipeline
from localcloud.codebuild import build_container
from tests.e2e.deployed import reason_of
from tests.faults import pipelines, stacks
from tests.faults.bench import Bench
from tests.unit.localcloud.sagemaker.pipelines.definitions import step, text_of
from tests.unit.localcloud.sagemaker.service import image

pytestmark = [
    pytest.mark.skipif(
        not sys.platform.startswith("linux"), reason="whose call it is, is found in /proc"
    ),
    pytest.mark.timeout(900),
]

ENDED = "ended in time, said why, the next run succeeded"
BUILDSPEC = """\
version: 0.2
phases:
  build:
    commands:
      - {command}
artifacts:
  files:
    - README.md
"""
HANGS = ["python3", "-c", "import time; time.sleep(600)"]


@pytest.fixture(autouse=True)
def nothing_is_lost(bench: Bench) -> Iterator[None]:
    """What is live answers meanwhile, and no event is left over."""
    yield
    assert not bench.prod.failures
    assert not stacks.undelivered(bench.loop.deployed)


def test_build_that_hangs(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deployed = bench.loop.deployed
    project = deployed.build["CodePipelineName"]
    (found,) = deployed.clients.codebuild.batch_get_projects(names=[project])["projects"]
    # The least that CodeBuild allows is five minutes: the minutes are shortened to eight seconds in all.
    seconds = 8.0 / found["timeoutInMinutes"]
    clone = deployed.clone(tmp_path)
    buildspec = clone / "codebuild-buildspec.yml"
    buildspec.write_text(BUILDSPEC.format(command="sleep 600"))
    with monkeypatch.context() as patch:
        patch.setattr(build_container, "SECONDS_PER_MINUTE", seconds)
        execution = deployed.execution_of(deployed.commit(clone, "It hangs"))
        reason = reason_of(lambda: deployed.follow_build(execution))
    assert reason.startswith("Build/Build: "), reason
    assert "Build has timed out" in reason or "TIMED_OUT" in reason, reason
    buildspec.write_text(BUILDSPEC.format(command="echo fine"))
    good = deployed.execution_of(deployed.commit(clone, "It does not"))
    actions = deployed.follow_build(good)
    assert [each["status"] for each in actions] == ["Succeeded"] * 3
    bench.counts.survived_one("a build", "hung", ENDED)


@pytest.mark.parametrize("kind", ["Processing", "Training"])
def test_job_beyond_its_stopping_condition(bench: Bench, kind: str) -> None:
    deployed = bench.loop.deployed
    with definition(bench, text_of(step("Slow", kind, Arguments=arguments(bench, kind)))):
        started = deployed.clients.codepipeline.start_pipeline_execution(
            name=bench.loop.train_pipeline
        )["pipelineExecutionId"]

        def follow() -> Any:
            return code_pipeline.follow(
                deployed.clients,
                bench.loop.train_pipeline,
                started,
                lambda *_: None,
                timeout_seconds=120,
            )

        reason = reason_of(follow)
    assert reason.startswith("Train/Train: Step Slow: "), reason
    assert "MaxRuntime" in reason or "Stopped" in reason, reason
    assert bench.loop.train() == "by itself"
    bench.counts.survived_one(f"a {kind.lower()} job", "beyond its stopping condition", ENDED)


def arguments(bench: Bench, kind: str) -> dict[str, Any]:
    """Of a job that would take ten minutes, and may take a second."""
    role = bench.loop.deployed.build["SageMakerPipelineRoleArn"]
    limit = {"StoppingCondition": {"MaxRuntimeInSeconds": 1}}
    if kind == "Processing":
        return pipelines.processing_job(role, HANGS, **limit)
    return {
        **limit,
        "RoleArn": role,
        "AlgorithmSpecification": {
            "TrainingImage": image("sagemaker-scikit-learn"),
            "TrainingInputMode": "File",
            "ContainerEntrypoint": HANGS,
        },
        "OutputDataConfig": {"S3OutputPath": f"{bench.loop.files.relaxed}/models"},
        "ResourceConfig": {
            "InstanceCount": 1,
            "InstanceType": "ml.m5.large",
            "VolumeSizeInGB": 1,
        },
    }


@contextmanager
def definition(bench: Bench, text: str) -> Iterator[None]:
    """While the training pipeline has another definition."""
    sagemaker = bench.loop.deployed.clients.sagemaker
    name = bench.loop.deployed.build["SageMakerPipelineName"]
    before = sagemaker.describe_pipeline(PipelineName=name)["PipelineDefinition"]
    sagemaker.update_pipeline(PipelineName=name, PipelineDefinition=text)
    try:
        yield
    finally:
        sagemaker.update_pipeline(PipelineName=name, PipelineDefinition=before)
