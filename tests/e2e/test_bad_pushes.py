"""A push that cannot work stops in the build or in training, and says why where a person looks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from .deployed import Deployed, reason_of

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.documented(
        "https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html"
    ),
]

PIPELINE = Path("pipelines/abalone/pipeline.py")
STEPS = Path("pipelines/abalone/steps.py")


class Pushed:
    """A push that failed: what CodePipeline says, and what the build's log says."""

    def __init__(self, deployed: Deployed, clone: Path, message: str) -> None:
        commit = deployed.commit(clone, message)
        execution = deployed.execution_of(commit)
        self.reason = reason_of(lambda: deployed.follow_build(execution))
        actions = deployed.clients.codepipeline.list_action_executions(
            pipelineName=deployed.build["CodePipelineName"],
            filter={"pipelineExecutionId": execution},
        )["actionExecutionDetails"]
        (build,) = [action for action in actions if action["actionName"] == "Build"]
        build_id = build["output"]["executionResult"]["externalExecutionId"]
        logs = deployed.clients.codebuild.batch_get_builds(ids=[build_id])["builds"][0]["logs"]
        self.log = deployed.log(logs["groupName"], logs["streamName"])


def change(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text, f"{before!r} is not in {file}"
    file.write_text(text.replace(before, after, 1))


def without_tests(clone: Path) -> None:
    """A team whose tests would not notice."""
    for file in (clone / "tests").glob("*.py"):
        file.unlink()
    (clone / "tests" / "test_nothing.py").write_text("def test_nothing():\n    assert True\n")


@pytest.fixture(scope="module", autouse=True)
def good_again(
    deployed: Deployed, first_version: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """A good push in the end: other tests use the same repository and the same pipeline."""
    yield
    made = seeded(deployed, tmp_path_factory.mktemp("good"))
    deployed.follow_build(deployed.execution_of(deployed.commit(made, "Take it all back")))


def seeded(deployed: Deployed, directory: Path) -> Path:
    """A clone with the files that the repository was seeded with, and no others."""
    made = deployed.clone(directory)
    first = deployed.git("rev-list", "--max-parents=0", "HEAD", directory=made)
    deployed.git("rm", "-r", "--quiet", ".", directory=made)
    deployed.git("checkout", "--quiet", first, "--", ".", directory=made)
    return made


@pytest.fixture
def clone(deployed: Deployed, tmp_path: Path) -> Path:
    """No push here builds on another."""
    return seeded(deployed, tmp_path)


def test_syntax_error_in_the_pipeline(deployed: Deployed, clone: Path) -> None:
    change(clone / PIPELINE, "def get_pipeline(", "def get_pipeline((")
    pushed = Pushed(deployed, clone, "Break pipeline.py")
    assert re.match(
        r"Build/Build: Build terminated with state: FAILED\. Phase: PRE_BUILD, "
        r"Code: COMMAND_EXECUTION_ERROR, Message: Error while executing command: "
        r"python -m pytest tests.*Reason: exit status \d",
        pushed.reason,
    ), pushed.reason
    assert "SyntaxError" in pushed.log
    assert "pipeline.py" in pushed.log


def test_failing_test_of_the_model_repository(deployed: Deployed, clone: Path) -> None:
    without_tests(clone)
    (clone / "tests" / "test_wish.py").write_text("def test_wish():\n    assert 1 == 2\n")
    pushed = Pushed(deployed, clone, "Add a test that fails")
    assert "Phase: PRE_BUILD" in pushed.reason
    assert "Reason: exit status 1" in pushed.reason
    assert "FAILED tests/test_wish.py::test_wish" in pushed.log


@pytest.mark.local_only("the refusal is the local cloud's")
def test_container_image_that_does_not_exist(deployed: Deployed, clone: Path) -> None:
    without_tests(clone)
    image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/my-own-trainer:7"
    change(clone / STEPS, 'training_image=jobs.image("xgboost")', f'training_image="{image}"')
    pushed = Pushed(deployed, clone, "Train in an image of our own")
    assert pushed.reason.startswith("Train/Train: Step TrainAbaloneModel: ")
    assert f"unsupported by the local cloud: container image '{image}'" in pushed.reason
    assert "sagemaker-xgboost:" in pushed.reason


@pytest.mark.local_only("the refusal is the local cloud's")
def test_step_type_that_does_not_exist(deployed: Deployed, clone: Path) -> None:
    without_tests(clone)
    change(
        clone / PIPELINE,
        "    return Pipeline(\n",
        "    from sagemaker.mlops.workflow.emr_step import EMRStep, EMRStepConfig\n"
        "    cluster = EMRStep(\n"
        '        name="AskACluster",\n'
        '        display_name="AskACluster",\n'
        '        description="",\n'
        '        cluster_id="j-1",\n'
        '        step_config=EMRStepConfig(jar="s3://b/k.jar"),\n'
        "    )\n"
        "    return Pipeline(\n",
    )
    change(
        clone / PIPELINE,
        "            preprocess,\n",
        "            cluster,\n            preprocess,\n",
    )
    pushed = Pushed(deployed, clone, "Ask a cluster before training")
    assert "Phase: BUILD, Code: COMMAND_EXECUTION_ERROR" in pushed.reason
    assert "was not created or updated" in pushed.log
    refused = "unsupported by the local cloud: pipeline step type 'EMR' of step 'AskACluster'"
    assert f"{refused}; supported: Callback, ClarifyCheck, Condition, Fail, " in pushed.log


@pytest.mark.local_only("the role is of the local cloud's account")
def test_role_that_does_not_exist(deployed: Deployed, clone: Path) -> None:
    without_tests(clone)
    change(
        clone / PIPELINE,
        "role=role or get_execution_role(session)",
        'role="arn:aws:iam::123456789012:role/nobody"',
    )
    pushed = Pushed(deployed, clone, "Run the jobs as nobody")
    assert "arn:aws:iam::123456789012:role/nobody" in pushed.reason + pushed.log
    assert "Failed" not in pushed.reason.split(":")[0]


def test_what_is_live_stays_live_after_a_bad_push(
    deployed: Deployed, clone: Path, first_version: str
) -> None:
    before = len(deployed.versions())
    change(clone / PIPELINE, '"eta": 0.2', '"eta": 7')
    without_tests(clone)
    pushed = Pushed(deployed, clone, "Ask for an impossible learning rate")
    assert pushed.reason.startswith("Train/Train: Step TrainAbaloneModel: ClientError: Algorithm")
    assert "eta" in pushed.reason
    assert len(deployed.versions()) == before
