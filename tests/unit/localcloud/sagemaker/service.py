"""A whole local cloud with a role and a bucket, for the tests that drive SageMaker through boto3.

Every answer of SageMaker is held against botocore's output shape: `Service.defects` must stay empty.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from botocore.model import OperationModel, Shape

from localcloud.cloud import current
from localcloud.sagemaker.containers import images
from tests.local_server import REGION, LocalCloud, service_principal, serving

_REGISTRY = f"683313688378.dkr.ecr.{REGION}.amazonaws.com"
_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "boolean": bool,
    # A number of seconds in JSON.
    "timestamp": (int, float),
}
# Required in botocore's model, but there is no model before a job has made one.
_LATER = {"DescribeTrainingJob.ModelArtifacts"}


def image(repository: str) -> str:
    """An image URI of a repository, at the version that is installed here."""
    (known,) = [entry for entry in images.known() if entry.startswith(f"{repository}:")]
    return f"{_REGISTRY}/{known}"


class Service(LocalCloud):
    """Clients of a running local cloud, and what a test of SageMaker needs beside them."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(endpoint)
        self.bucket = f"bucket-{uuid4().hex[:8]}"
        self.defects: list[str] = []
        self.s3 = self.client("s3")
        self.sagemaker = self.client("sagemaker")
        self.sagemaker.meta.events.register("after-call.sagemaker", self._check)
        self.s3.create_bucket(Bucket=self.bucket)
        self.role = self.make_role(f"role-{uuid4().hex[:8]}", service_principal("sagemaker"))
        self._queue = self._subscribe()
        self._events: list[dict[str, Any]] = []

    def uri(self, key: str) -> str:
        """An address in the bucket."""
        return f"s3://{self.bucket}/{key}"

    def put(self, key: str, body: str | bytes) -> str:
        """Write an object; its address."""
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)
        return self.uri(key)

    def get(self, key: str) -> bytes:
        """An object's content."""
        body: bytes = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return body

    def keys(self, prefix: str) -> list[str]:
        """The keys below a prefix."""
        listed = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix)
        return [entry["Key"] for entry in listed.get("Contents", [])]

    def log(self, group: str, name: str) -> list[str]:
        """The lines of the only log stream whose name begins so."""
        logs = self.client("logs")
        streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=name)
        (stream,) = [entry["logStreamName"] for entry in streams["logStreams"]]
        events = logs.get_log_events(logGroupName=group, logStreamName=stream)["events"]
        return [event["message"] for event in events]

    def events(self, arn: str, until: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """The SageMaker events of a resource, in the order of their arrival, once one is as said."""
        sqs = self.client("sqs")

        def arrived() -> bool:
            answer = sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10)
            self._events += [json.loads(each["Body"]) for each in answer.get("Messages", [])]
            return any(until(event["detail"]) for event in self._of(arn))

        assert current().changes.wait_until(arrived, 20, recheck_seconds=0.05), self._of(arn)
        return self._of(arn)

    def _of(self, arn: str) -> list[dict[str, Any]]:
        return [event for event in self._events if event["resources"] == [arn]]

    def _subscribe(self) -> str:
        events = self.client("events")
        name = f"events-{uuid4().hex[:8]}"
        url, arn = self.make_queue(name)
        events.put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.sagemaker"]}))
        events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
        return url

    def _check(self, http_response: Any, model: OperationModel, **_: Any) -> None:
        if http_response.status_code >= 300 or model.output_shape is None:
            return
        sent = json.loads(http_response.content or b"{}")
        self.defects += list(defects(model.output_shape, sent, model.name))


def defects(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """What a shape has against a JSON value that was sent for it."""
    if shape.type_name == "structure":
        for name in sorted(value.keys() - shape.members.keys()):
            yield f"{path}.{name} is not in the model"
        for name in shape.required_members:
            if value.get(name) is None and f"{path}.{name}" not in _LATER:
                yield f"{path}.{name} is required"
        for name in value.keys() & shape.members.keys():
            yield from defects(shape.members[name], value[name], f"{path}.{name}")
    elif shape.type_name == "list":
        for item in value:
            yield from defects(shape.member, item, path)
    elif shape.type_name == "map":
        for item in value.values():
            yield from defects(shape.value, item, path)
    else:
        allowed = shape.metadata.get("enum")
        if not isinstance(value, _TYPES[shape.type_name]) or (allowed and value not in allowed):
            yield f"{path} is {value!r}"


@contextlib.contextmanager
def running(state: Path, pace: float = 1.0) -> Iterator[Service]:
    """A local cloud for as long as the block lasts."""
    with serving(state, pace=pace) as endpoint:
        yield Service(endpoint)
