"""One cloud with both stacks for each test process, and a first version that it trained itself.

The clients come from the one fixture `deployed`; `target` says what it may be of.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from demo import abalone_data, clients
from demo.clients import stack_outputs
from demo.local_cloud import REGION
from demo.loop import BUILD_STACK, DEPLOY_STACK

from .deployed import Deployed, wait_for
from .target import OnAws, OnLocalCloud, Target, target

ROOT = Path(__file__).resolve().parents[2]
TOOLS = [ROOT / ".venv" / "bin", ROOT / "node_modules" / ".bin"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On AWS, leave out what only the local cloud shows, and what starts one of its own."""
    if target() != "aws":
        return
    for item in items:
        if Path(__file__).parent not in item.path.parents:
            continue
        local = item.get_closest_marker("local_only")
        if local is not None:
            item.add_marker(pytest.mark.skip(reason=f"local only: {local.args[0]}"))


@pytest.fixture(scope="session")
def data_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The UCI Abalone data set that ABALONE_CSV names, or a made-up one of the same form."""
    given = os.environ.get("ABALONE_CSV")
    if given:
        path = Path(given).resolve()
        assert path.is_file(), f"ABALONE_CSV names no file: {given}"
        return path
    made = tmp_path_factory.mktemp("data") / "abalone.csv"
    abalone_data.write(made)
    return made


@pytest.fixture(scope="session")
def where(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """Both stacks, deployed by the unmodified CDK CLI; removed at the end, with all they made."""
    before = Path.cwd()
    os.chdir(ROOT)
    os.environ["PATH"] = os.pathsep.join([*map(str, TOOLS), os.environ["PATH"]])
    directory = tmp_path_factory.mktemp("cloud")
    on_aws = target() == "aws"
    chosen: Target = (
        OnAws(boto3.Session().region_name or REGION)
        if on_aws
        else OnLocalCloud(unused_port(), directory / "state", REGION)
    )
    try:
        # Which version is live depends on the tests before: none may be refused for being worse.
        settings = {"project": "abalone", "checks": {"live_model_tolerance": 10}}
        chosen.deploy(directory / "cdk.out", settings)
        yield chosen
        chosen.judge()
    finally:
        chosen.end(clients.make(chosen.endpoint_url, chosen.region) if on_aws else None)
        os.chdir(before)


@pytest.fixture(scope="session")
def deployed(where: Target, data_file: Path) -> Deployed:
    """The stacks' clients and outputs, with the data where the training pipeline looks for it: the one
    place from which tests take clients."""
    aws = clients.make(where.endpoint_url, where.region)
    build, deploy = stack_outputs(aws, BUILD_STACK), stack_outputs(aws, DEPLOY_STACK)
    bucket, _, key = build["InputDataUrl"].removeprefix("s3://").partition("/")
    aws.s3.upload_file(str(data_file), bucket, key)
    return Deployed(where, aws, build, deploy)


@pytest.fixture(scope="session")
def first_version(deployed: Deployed) -> str:
    """The version that the first run of the model build pipeline registered: creating a pipeline
    starts it, on the commit that the repository was seeded with."""
    first = wait_for(
        lambda: deployed.executions(deployed.build["CodePipelineName"]), bool, "the first run"
    )[-1]
    deployed.follow_build(first["pipelineExecutionId"])
    return str(deployed.versions()[-1]["ModelPackageArn"])


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The project's files without the history, with the environment that is there already."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tmp_path / name)
    for name in (".venv", "node_modules"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


def unused_port() -> int:
    """A port of localhost on which nothing listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port
