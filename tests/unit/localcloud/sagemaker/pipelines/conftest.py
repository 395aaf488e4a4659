"""Executions against an in-memory SageMaker and S3 in a cloud without a server, and a whole cloud."""

from __future__ import annotations

import io
import itertools
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.exceptions import ClientError, ParamValidationError
from botocore.validate import ParamValidator
from moto.moto_api._internal.models import moto_api_backend

from localcloud import cloud
from localcloud.cloud import Cloud
from localcloud.events import delivery
from localcloud.sagemaker.pipelines import validation
from localcloud.sagemaker.pipelines.definition import Definition, parse
from localcloud.sagemaker.pipelines.execution import PipelineExecution
from localcloud.sagemaker.pipelines.executor import Executor
from localcloud.sagemaker.pipelines.parameters import values_for_execution
from localcloud.server import Server
from localcloud.settings import Settings

PIPELINE_ARN = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/abalone"
ROLE_ARN = "arn:aws:iam::123456789012:role/Pipeline"
_LAST = ("Completed", "Failed", "Stopped")


def step(name: str, kind: str = "Processing", **members: Any) -> dict[str, Any]:
    """A step; job steps get the arguments that their operation requires."""
    if kind == "Processing" and "Arguments" not in members:
        members["Arguments"] = processing()
    return {"Name": name, "Type": kind, **members}


def processing(**arguments: Any) -> dict[str, Any]:
    """The arguments of a processing step with one output, `out`."""
    return {
        "AppSpecification": {"ImageUri": "image"},
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": "ml.m5.large",
                "VolumeSizeInGB": 1,
            }
        },
        "RoleArn": ROLE_ARN,
        "ProcessingOutputConfig": {
            "Outputs": [
                {
                    "OutputName": "out",
                    "S3Output": {
                        "S3Uri": "s3://bucket/out",
                        "LocalPath": "/opt/ml/processing/out",
                        "S3UploadMode": "EndOfJob",
                    },
                }
            ]
        },
        **arguments,
    }


def text_of(*steps: Mapping[str, Any], parameters: Any = (), **members: Any) -> str:
    """The JSON of a definition."""
    return json.dumps(
        {"Version": "2020-12-01", "Parameters": list(parameters), "Steps": list(steps), **members}
    )


def checked(*steps: Mapping[str, Any], parameters: Any = (), **members: Any) -> Definition:
    """A definition that has passed CreatePipeline's checks."""
    definition = parse(text_of(*steps, parameters=parameters, **members))
    validation.check(definition)
    return definition


class FakeSageMaker:
    """Jobs that end at once, or when `finish` is called for one that was `held`.

    Requests are checked as botocore checks them before it sends anything.
    """

    def __init__(self, changes: Any) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.jobs: dict[str, dict[str, Any]] = {}
        self.held: set[str] = set()
        self.refusals: dict[str, list[ClientError]] = {}
        self.outcomes: dict[str, dict[str, Any]] = {}
        self.most_at_once = 0
        self._changes = changes
        self._lock = threading.Lock()
        self._model = botocore.session.get_session().get_service_model("sagemaker")

    def __getattr__(self, method: str) -> Callable[..., dict[str, Any]]:
        operation = "".join(part.title() for part in method.split("_"))

        def call(**request: Any) -> dict[str, Any]:
            report = ParamValidator().validate(
                request, self._model.operation_model(operation).input_shape
            )
            if report.has_errors():
                raise ParamValidationError(report=report.generate_report())
            with self._lock:
                self.calls.append((operation, request))
                if self.refusals.get(operation):
                    raise self.refusals[operation].pop(0)
                return self._answer(operation, request)

        return call

    def _answer(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        for noun in ("ProcessingJob", "TrainingJob"):
            if operation == f"Create{noun}":
                return self._create(noun, request)
            if operation == f"Describe{noun}":
                return dict(self.jobs[request[f"{noun}Name"]])
            if operation == f"Stop{noun}":
                self.finish(step_of(request[f"{noun}Name"]), {f"{noun}Status": "Stopped"})
                return {}
        if operation == "CreateModelPackage":
            self.package = request
            return {"ModelPackageArn": f"{PIPELINE_ARN}/package/1"}
        if operation == "DescribeModelPackage":
            return {**self.package, "ModelPackageArn": request["ModelPackageName"]}
        if operation in ("CreateModel", "CreateModelPackageGroup"):
            return {"ModelArn": "model-arn", "ModelPackageGroupArn": "group-arn"}
        if operation == "DescribeModel":
            return {"ModelName": request["ModelName"]}
        raise AssertionError(f"the fake has no {operation}")

    def _create(self, noun: str, request: dict[str, Any]) -> dict[str, Any]:
        name = request[f"{noun}Name"]
        arn = f"arn:aws:sagemaker:us-east-1:123456789012:job/{name.lower()}"
        outcome = self.outcomes.get(step_of(name), {f"{noun}Status": "Completed"})
        started = {**request, f"{noun}Arn": arn}
        if step_of(name) in self.held:
            self.jobs[name] = {**started, f"{noun}Status": "InProgress"}
        else:
            self.jobs[name] = {**started, **outcome}
        running = sum(f"{noun}Status" in job and not self._ended(job) for job in self.jobs.values())
        self.most_at_once = max(self.most_at_once, running)
        return {f"{noun}Arn": arn}

    def finish(self, step_name: str, outcome: dict[str, Any] | None = None) -> None:
        """End the job of a step."""
        for name, job in self.jobs.items():
            if step_of(name) == step_name:
                job.update(outcome or {"ProcessingJobStatus": "Completed"})
        self._changes.announce()

    def ended(self, name: str) -> bool:
        return self._ended(self.jobs[name])

    def _ended(self, job: Mapping[str, Any]) -> bool:
        return any(job.get(f"{noun}JobStatus") in _LAST for noun in ("Processing", "Training"))

    def made(self, operation: str) -> list[dict[str, Any]]:
        """The requests of an operation, in the order in which they came."""
        return [request for name, request in self.calls if name == operation]


class FakeS3:
    """Objects in a dictionary."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:
        uri = f"s3://{Bucket}/{Key}"
        if uri not in self.objects:
            raise refusal("GetObject", "NoSuchKey", "The specified key does not exist.", 404)
        return {"Body": io.BytesIO(self.objects[uri])}


class World:
    """What the executions of a test run in."""

    def __init__(self, running_cloud: Cloud) -> None:
        self.cloud = running_cloud
        self.sagemaker = FakeSageMaker(running_cloud.changes)
        self.s3 = FakeS3()
        self.executions: list[PipelineExecution] = []
        self._ids = (f"execution{number:03d}" for number in itertools.count(1))

    def client(self, service: str) -> Any:
        return {"sagemaker": self.sagemaker, "s3": self.s3}[service]

    def job_ended(self, noun: str, name: str) -> bool:
        return self.sagemaker.ended(name)

    def start(self, definition: Definition, limit: int | None = None, **given: str) -> Executor:
        """Start an execution in the background."""
        execution = PipelineExecution(
            arn=f"{PIPELINE_ARN}/execution/{next(self._ids)}",
            pipeline_name="Abalone",
            pipeline_arn=PIPELINE_ARN,
            version=1,
            definition=definition,
            definition_text="",
            role_arn=ROLE_ARN,
            parameters=values_for_execution(
                definition.parameters,
                [{"Name": name, "Value": value} for name, value in given.items()],
            ),
            created=self.cloud.clock.now(),
            created_by={},
            account_id="123456789012",
            region="us-east-1",
            number=len(self.executions),
            display_name="test",
            max_parallel_steps=limit,
        )
        self.executions.append(execution)
        executor = Executor(execution, self, lambda: list(self.executions))
        self.cloud.background("execution", executor.run)
        return executor

    def run(self, definition: Definition, limit: int | None = None, **given: str) -> Any:
        """Run an execution to its end."""
        execution = self.start(definition, limit, **given).execution
        self.until(lambda: execution.finished)
        return execution

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for a condition."""
        assert self.cloud.changes.wait_until(condition, 20), "it has not happened"


def step_of(job_name: str) -> str:
    """The step in a job's name."""
    return job_name.split("-")[2]


def refusal(operation: str, code: str, message: str, status: int = 400) -> ClientError:
    """A service's refusal, as botocore raises it."""
    return ClientError(
        {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": status},
        },
        operation,
    )


@pytest.fixture(scope="module")
def running_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    yield cloud.start(Settings(port=0, state_dir=tmp_path_factory.mktemp("state")))
    cloud.stop()


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The events that were emitted, instead of their delivery."""
    emitted: list[dict[str, Any]] = []
    monkeypatch.setattr(delivery, "deliver", emitted.append)
    return emitted


@pytest.fixture
def world(running_cloud: Cloud, events: list[dict[str, Any]]) -> World:
    return World(running_cloud)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a whole local cloud."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    server = Server(Settings(port=port, state_dir=tmp_path_factory.mktemp("state")))
    server.start()
    # What moto keeps belongs to the process: other tests of it may have left something.
    moto_api_backend.reset()
    yield server.settings.endpoint_url
    server.stop()


@pytest.fixture(scope="module")
def client(endpoint: str) -> Callable[[str], Any]:
    """Makes clients of that cloud."""
    return lambda service: boto3.client(service, endpoint_url=endpoint)


@pytest.fixture(scope="module")
def sagemaker(client: Callable[[str], Any]) -> Any:
    return client("sagemaker")


@pytest.fixture(scope="module")
def role(client: Callable[[str], Any]) -> str:
    """A role that SageMaker can assume, and that may do everything."""
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    iam = client("iam")
    made = iam.create_role(RoleName="Pipeline", AssumeRolePolicyDocument=trust("sagemaker"))
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_role_policy(RoleName="Pipeline", PolicyName="all", PolicyDocument=document)
    arn: str = made["Role"]["Arn"]
    return arn


def trust(service: str) -> str:
    """The trust policy of a role that a service can assume."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
