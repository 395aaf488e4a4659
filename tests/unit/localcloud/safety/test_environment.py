"""Nothing of the person's environment, credentials or home is seen by what the local cloud runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from localcloud.changes import Changes
from localcloud.clock import SystemClock
from tests.local_server import LocalCloud, service_principal
from tests.unit.localcloud.safety.other_server import started, zipped
from tests.unit.localcloud.sagemaker.service import image

CANARY = "canary-6f1c"
# Writes all that a program can learn of its environment: its own, and what it was started with.
LOOK = """\
import json, os, pathlib
def look():
    home = pathlib.Path(os.path.expanduser("~"))
    return {
        "variables": dict(os.environ),
        "started with": pathlib.Path("/proc/self/environ").read_bytes().decode().split("\\0"),
        "home": str(home),
        "credentials": (home / ".aws" / "credentials").exists(),
        "netrc": (home / ".netrc").exists(),
    }
"""
AWS = {
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A person's home directory."""
    made = tmp_path_factory.mktemp("home")
    (made / ".aws").mkdir()
    (made / ".aws" / "credentials").write_text(
        f"[default]\naws_access_key_id = {CANARY}\naws_secret_access_key = {CANARY}\n"
    )
    return made


@pytest.fixture(scope="module")
def cloud(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A server that was started by a person with secrets."""
    canaries = {
        "HOME": str(home),
        "SOME_SECRET": CANARY,
        "GITHUB_TOKEN": CANARY,
        "AWS_PROFILE": CANARY,
        "AWS_ACCESS_KEY_ID": CANARY,
        "AWS_SECRET_ACCESS_KEY": CANARY,
        "AWS_SESSION_TOKEN": CANARY,
        "AWS_SHARED_CREDENTIALS_FILE": f"{home}/.aws/{CANARY}",
        "AWS_CONFIG_FILE": f"{home}/.aws/{CANARY}",
        "SSH_AUTH_SOCK": f"/{CANARY}",
        "PYTHONPATH": f"/{CANARY}",
    }
    with started(tmp_path_factory.mktemp("state"), environment=canaries) as (_, endpoint):
        made = LocalCloud(endpoint)
        made.client("s3").create_bucket(Bucket="seen")
        for service in ("lambda", "codebuild", "sagemaker"):
            made.make_role(service, service_principal(service))
        yield made


def role(name: str) -> str:
    return f"arn:aws:iam::123456789012:role/{name}"


def require_private(seen: dict[str, Any], home: Path, aws: set[str]) -> None:
    """Hold what a program saw against what it may see."""
    text = json.dumps(seen)
    assert CANARY not in text
    assert str(home) not in text.replace(str(home.parent / "state"), "")
    assert not seen["credentials"] and not seen["netrc"]
    assert {name for name in seen["variables"] if name.startswith("AWS_")} == aws
    assert seen["variables"]["AWS_ACCESS_KEY_ID"].startswith("ASIA")


def when(condition: Callable[[], Any]) -> None:
    assert Changes(SystemClock()).wait_until(lambda: bool(condition()), 120, recheck_seconds=0.1)


def object_of(cloud: LocalCloud, key: str) -> dict[str, Any]:
    body = cloud.client("s3").get_object(Bucket="seen", Key=key)["Body"].read()
    found: dict[str, Any] = json.loads(body)
    return found


def test_a_function(cloud: LocalCloud, home: Path) -> None:
    code = LOOK + "def handler(event, context):\n    return look()\n"
    cloud.client("lambda").create_function(
        FunctionName="look",
        Role=role("lambda"),
        Runtime="python3.13",
        Handler="main.handler",
        Code={"ZipFile": zipped({"main.py": code})},
    )
    answer = cloud.client("lambda").invoke(FunctionName="look")
    seen = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, seen
    of_lambda = {name for name in seen["variables"] if name.startswith("AWS_LAMBDA_")}
    require_private(seen, home, AWS | of_lambda | {"AWS_EXECUTION_ENV"})
    assert set(seen["variables"]) - of_lambda - AWS == {
        "AWS_EXECUTION_ENV", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT", "LANG", "PATH", "TMPDIR",
        "TZ", "_HANDLER", "_X_AMZN_TRACE_ID",
    }  # fmt: skip


def test_a_build(cloud: LocalCloud, home: Path) -> None:
    script = LOOK + "print('SEEN', json.dumps(look()))\n"
    codebuild = cloud.client("codebuild")
    codebuild.create_project(
        name="look",
        source={"type": "S3", "location": "seen/source.zip"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        },
        serviceRole=role("codebuild"),
    )
    spec = "version: 0.2\nphases: {build: {commands: [python look.py]}}\n"
    content = zipped({"look.py": script, "buildspec.yml": spec})
    cloud.client("s3").put_object(Bucket="seen", Key="source.zip", Body=content)
    build = codebuild.start_build(projectName="look")["build"]["id"]

    def described() -> dict[str, Any]:
        (found,) = codebuild.batch_get_builds(ids=[build])["builds"]
        return dict(found)

    when(lambda: described()["buildComplete"])
    assert described()["buildStatus"] == "SUCCEEDED"
    events = cloud.client("logs").filter_log_events(logGroupName="/aws/codebuild/look")["events"]
    (line,) = [each["message"] for each in events if each["message"].startswith("SEEN ")]
    seen = json.loads(line.removeprefix("SEEN "))
    # uv's cache is the person's, so that a build need not fetch everything anew.
    cache = seen["variables"].pop("UV_CACHE_DIR")
    seen["started with"].remove(f"UV_CACHE_DIR={cache}")
    require_private(seen, home, AWS)


def processing_resources() -> dict[str, Any]:
    cluster = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
    return {"ClusterConfig": cluster}


def test_a_processing_job(cloud: LocalCloud, home: Path) -> None:
    script = LOOK + (
        "pathlib.Path('/opt/ml/processing/out').mkdir(parents=True, exist_ok=True)\n"
        "pathlib.Path('/opt/ml/processing/out/seen.json').write_text(json.dumps(look()))\n"
    )
    cloud.client("s3").put_object(Bucket="seen", Key="code/look.py", Body=script.encode())
    sagemaker, name = cloud.client("sagemaker"), f"job-{uuid4().hex[:8]}"
    code = "/opt/ml/processing/code"
    sagemaker.create_processing_job(
        ProcessingJobName=name,
        RoleArn=role("sagemaker"),
        AppSpecification={
            "ImageUri": image("sagemaker-scikit-learn"),
            "ContainerEntrypoint": ["python3", f"{code}/look.py"],
        },
        ProcessingResources=processing_resources(),
        ProcessingInputs=[
            {
                "InputName": "code",
                "S3Input": {
                    "S3Uri": "s3://seen/code",
                    "LocalPath": code,
                    "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                },
            }
        ],
        ProcessingOutputConfig={
            "Outputs": [
                {
                    "OutputName": "out",
                    "S3Output": {
                        "S3Uri": "s3://seen/processed",
                        "LocalPath": "/opt/ml/processing/out",
                        "S3UploadMode": "EndOfJob",
                    },
                }
            ]
        },
    )

    def status() -> str:
        return str(sagemaker.describe_processing_job(ProcessingJobName=name)["ProcessingJobStatus"])

    when(lambda: status() != "InProgress")
    assert status() == "Completed"
    seen = object_of(cloud, "processed/seen.json")
    # The parent from which a container is forked needs the person's HOME to import its libraries:
    # its own start is in the container's /proc, as for any forked process.
    seen.pop("started with")
    require_private(seen, home, AWS - {"AWS_DEFAULT_REGION"})


def test_a_training_job(cloud: LocalCloud, home: Path) -> None:
    script = LOOK + (
        "import boto3\n"
        "boto3.client('s3').put_object(Bucket='seen', Key='trained', "
        "Body=json.dumps(look()).encode())\n"
    )
    cloud.client("s3").put_object(Bucket="seen", Key="train/look.py", Body=script.encode())
    sagemaker, name = cloud.client("sagemaker"), f"job-{uuid4().hex[:8]}"
    source = {"S3DataType": "S3Prefix", "S3Uri": "s3://seen/train"}
    sagemaker.create_training_job(
        TrainingJobName=name,
        RoleArn=role("sagemaker"),
        AlgorithmSpecification={
            "TrainingImage": image("sagemaker-scikit-learn"),
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["python3", "/opt/ml/input/data/code/look.py"],
        },
        InputDataConfig=[{"ChannelName": "code", "DataSource": {"S3DataSource": source}}],
        OutputDataConfig={"S3OutputPath": "s3://seen/models"},
        ResourceConfig={"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1},
        StoppingCondition={"MaxRuntimeInSeconds": 60},
    )

    def status() -> str:
        return str(sagemaker.describe_training_job(TrainingJobName=name)["TrainingJobStatus"])

    when(lambda: status() != "InProgress")
    assert status() == "Completed"
    seen = object_of(cloud, "trained")
    seen.pop("started with")
    require_private(seen, home, AWS - {"AWS_DEFAULT_REGION"})
