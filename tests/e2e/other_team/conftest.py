"""A cloud of the other team's own: nothing of this project is deployed on it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from sklearn.datasets import load_wine

from demo.local_cloud import LocalCloud

from ..conftest import TOOLS, unused_port
from ..deployed import wait_for
from .winery import BRANCH, HERE, NOTICES, STACK, Winery, client, run, stack_outputs

LOCK = HERE.parents[2] / "pipeline_code" / "requirements.txt"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A local cloud on which there is nothing."""
    os.environ["PATH"] = os.pathsep.join([*map(str, TOOLS), os.environ["PATH"]])
    running = LocalCloud(unused_port(), tmp_path_factory.mktemp("winery") / "state")
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def winery(empty: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> Winery:
    """Both apps, deployed by AWS's CLI and the CDK's; the wines are in the bucket."""
    client(empty, "ssm").put_parameter(
        Name="/winery/release-channel", Type="String", Value="from the barrel"
    )
    deploy = ["--stack-name", STACK, "--template-file", str(HERE / "winery.yaml")]
    run(
        empty,
        *("aws", "cloudformation", "deploy", *deploy),
        *("--capabilities", "CAPABILITY_NAMED_IAM", "--tags", "cost-centre=wine"),
        *("--parameter-overrides", f"Branches={BRANCH},release", "AccuracyFloor=0.75"),
    )
    here = tmp_path_factory.mktemp("notices")
    app = f"{sys.executable} {HERE / 'notices' / 'app.py'}"
    flags = ("--require-approval", "never", "--no-notices", "--output", str(here / "cdk.out"))
    run(empty, "cdk", "deploy", NOTICES, "--app", app, *flags, directory=here)
    outputs = stack_outputs(empty, STACK)
    wines = load_wine(as_frame=True)
    table = wines.frame.rename(columns={"target": "cultivar"})
    table.to_csv(here / "wine.csv", index=False)
    run(empty, "aws", "s3", "cp", str(here / "wine.csv"), f"s3://{outputs['Bucket']}/raw/")
    return Winery(empty, outputs)


@pytest.fixture(scope="module")
def commit(winery: Winery, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The team's first push, with git as it is; the commit's id."""
    work = tmp_path_factory.mktemp("checkout") / "grading"
    shutil.copytree(HERE / "repository", work, ignore=shutil.ignore_patterns("__pycache__"))
    # Their lock file: the releases that this machine has already.
    shutil.copy(LOCK, work / "ci" / "constraints.txt")
    git = ("git", "-c", "user.name=Vintner", "-c", "user.email=vintner@example.com")
    for arguments in (
        ("init", "--quiet", "--initial-branch", BRANCH),
        ("add", "--all"),
        ("commit", "--quiet", "--message", "Grade wines"),
        ("remote", "add", "aws", winery.outputs["CloneUrl"]),
        ("push", "--quiet", "aws", BRANCH),
    ):
        winery.run(*git, *arguments, directory=work)
    return winery.run("git", "rev-parse", "HEAD", directory=work).strip()


@pytest.fixture(scope="module")
def published(winery: Winery, commit: str) -> dict[str, str]:
    """The build of that push: its exported variables, and the execution that it belongs to."""
    execution = winery.execution_of(commit)
    action = winery.action(execution, "Publish")
    variables: dict[str, str] = action["output"]["outputVariables"]
    return {**variables, "execution": execution}


@pytest.fixture(scope="module")
def forest(winery: Winery, published: dict[str, str]) -> dict[str, Any]:
    """The execution of the pipeline that the SDK made."""
    return winery.run_to_its_end(published["FOREST_RUN"])


@pytest.fixture(scope="module")
def booster(winery: Winery, published: dict[str, str]) -> dict[str, Any]:
    """The execution of the pipeline that is a JSON file."""
    return winery.run_to_its_end(published["BOOSTER_RUN"])


@pytest.fixture(scope="module")
def approved(winery: Winery, booster: dict[str, Any]) -> str:
    """The booster's version, approved in the registry."""
    (arn,) = winery.versions(winery.outputs["Boosters"])
    winery.client("sagemaker").update_model_package(
        ModelPackageArn=arn, ModelApprovalStatus="Approved", ApprovalDescription="round, dry"
    )
    return arn


@pytest.fixture(scope="module")
def poured(winery: Winery, published: dict[str, str], approved: str) -> dict[str, Any]:
    """The conveyor's last action, after a person has let it go on."""
    waiting = winery.action(published["execution"], "Tasting", ended=False)
    pipeline = winery.client("codepipeline")
    stages = pipeline.get_pipeline_state(name=winery.outputs["Conveyor"])["stageStates"]
    (state,) = [stage for stage in stages if stage["stageName"] == "Tasting"]
    pipeline.put_approval_result(
        pipelineName=winery.outputs["Conveyor"],
        stageName="Tasting",
        actionName=waiting["actionName"],
        token=state["actionStates"][0]["latestExecution"]["token"],
        result={"status": "Approved", "summary": "to be drunk"},
    )
    return winery.action(published["execution"], "Pour")


@pytest.fixture
def forest_endpoint(winery: Winery, forest: dict[str, Any]) -> Iterator[str]:
    """The forest's version on an endpoint that a person made, for as long as a test needs it."""
    name, sagemaker = "cellar-forest", winery.client("sagemaker")
    assert forest["PipelineExecutionStatus"] == "Succeeded", winery.why(forest)
    (arn,) = winery.versions(winery.outputs["Forests"])
    sagemaker.create_model(
        ModelName=name,
        ExecutionRoleArn=winery.outputs["WaiterRole"],
        Containers=[{"ModelPackageName": arn}],
    )
    variant = {
        "VariantName": "house",
        "ModelName": name,
        "InitialInstanceCount": 1,
        "InstanceType": "ml.m5.large",
    }
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    made = wait_for(
        lambda: sagemaker.describe_endpoint(EndpointName=name),
        lambda endpoint: endpoint["EndpointStatus"] != "Creating",
        f"the endpoint {name}",
    )
    assert made["EndpointStatus"] == "InService", winery.log(f"/aws/sagemaker/Endpoints/{name}")
    yield name
    sagemaker.delete_endpoint(EndpointName=name)
    sagemaker.delete_endpoint_config(EndpointConfigName=name)
    sagemaker.delete_model(ModelName=name)
