"""Executions against an in-memory SageMaker and S3 in a cloud without a server, and a whole cloud."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError, ParamValidationError
from botocore.validate import ParamValidator

from localcloud.cloud import Cloud
from localcloud.events import delivery
from localcloud.sagemaker.pipelines.definition import Definition
from localcloud.sagemaker.pipelines.execution import PipelineExecution
from localcloud.sagemaker.pipelines.executor import Executor
from localcloud.sagemaker.pipelines.parameters import values_for_execution
from tests.local_server import LocalCloud, service_principal

from .definitions import PIPELINE_ARN, ROLE_ARN
from .fake_services import FakeLambda, FakeS3, FakeSqs

_LAST = ("Completed", "Failed", "Stopped")
_NOUNS = ("ProcessingJob", "TrainingJob", "TransformJob", "HyperParameterTuningJob")


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
        for noun in _NOUNS:
            if operation == f"Create{noun}":
                return self._create(noun, request)
            if operation == f"Describe{noun}":
                return dict(self.jobs[request[f"{noun}Name"]])
            if operation == f"Stop{noun}":
                self.finish(step_of(request[f"{noun}Name"]), {f"{noun}Status": "Stopped"})
                return {}
        if operation == "ListTrainingJobsForHyperParameterTuningJob":
            return {"TrainingJobSummaries": [{"TrainingJobName": "best"}]}
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
        return any(job.get(f"{noun}Status") in _LAST for noun in _NOUNS)

    def made(self, operation: str) -> list[dict[str, Any]]:
        """The requests of an operation, in the order in which they came."""
        return [request for name, request in self.calls if name == operation]


class World:
    """What the executions of a test run in."""

    def __init__(self, running_cloud: Cloud) -> None:
        self.cloud = running_cloud
        self.sagemaker = FakeSageMaker(running_cloud.changes)
        self.s3 = FakeS3()
        self.function = FakeLambda(running_cloud.changes)
        self.queue = FakeSqs()
        self.executions: list[PipelineExecution] = []
        self._ids = (f"execution{number:03d}" for number in itertools.count(1))

    def client(self, service: str) -> Any:
        return {
            "sagemaker": self.sagemaker,
            "s3": self.s3,
            "lambda": self.function,
            "sqs": self.queue,
        }[service]

    def job_ended(self, noun: str, name: str) -> bool:
        return self.sagemaker.ended(name)

    def make(
        self, definition: Definition, limit: int | None = None, **given: str
    ) -> PipelineExecution:
        """An execution that has not begun."""
        return PipelineExecution(
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

    def begin(self, execution: PipelineExecution, previous: str | None = None) -> Executor:
        """Run an execution in the background, for the first time or again."""
        if all(known is not execution for known in self.executions):
            self.executions.append(execution)
        executor = Executor(execution, self, lambda: list(self.executions))
        self.cloud.background("execution", executor.run, previous)
        return executor

    def start(self, definition: Definition, limit: int | None = None, **given: str) -> Executor:
        """Start an execution in the background."""
        return self.begin(self.make(definition, limit, **given))

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
def local_cloud(endpoint: str) -> LocalCloud:
    """A whole local cloud."""
    return LocalCloud(endpoint)


@pytest.fixture(scope="module")
def client(local_cloud: LocalCloud) -> Callable[[str], Any]:
    """Gives that cloud's client of a service."""
    return local_cloud.client


@pytest.fixture(scope="module")
def sagemaker(client: Callable[[str], Any]) -> Any:
    return client("sagemaker")


@pytest.fixture(scope="module")
def role(local_cloud: LocalCloud) -> str:
    """A role that SageMaker can assume, and that may do everything."""
    return local_cloud.make_role("Pipeline", service_principal("sagemaker"))


def refusal_of(call: Callable[..., Any], **request: Any) -> tuple[str, str]:
    """The code and the message with which a call is refused."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]
