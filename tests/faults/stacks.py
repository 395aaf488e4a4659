"""Both stacks on a cloud in this process, deployed by the unmodified CDK CLI, without the long build.

The model build's first run, which the creation of its pipeline starts, is stopped; versions are registered
as its last step would, with a small model that was really trained. Two SageMaker pipelines stand in for
those that the build makes, of the same names and under the same role: short, with the steps that the
project's functions have to do with.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from demo import clients
from demo.clients import stack_outputs
from demo.local_cloud import REGION, LocalCloud
from demo.loop import BUILD_STACK, DEPLOY_STACK, stop_runs
from tests.e2e.deployed import Deployed, wait_for
from tests.e2e.target import OnLocalCloud
from tests.faults.short_waits import ShortWaits
from tests.local_server import serving
from tests.unit.localcloud.sagemaker.artifacts import trained

ANSWER = 7.0
RECORD = b"0.1,0.2\n"
ROWS = 3
# SQS shows a message again when its visibility timeout has passed; six minutes as it is deployed.
VISIBILITY_SECONDS = "2"
# Five minutes of watching a new version are half a second.
PACE = 600.0
# An update's own alarm is made only once prod has answered enough requests: a good run has then other calls
# than the one before.
WITHOUT_LATENCY = {"alarms": {"latency_ratio": "off"}}
SETTINGS = {
    "project": "abalone",
    "stages": {"staging": WITHOUT_LATENCY, "prod": WITHOUT_LATENCY},
}
_names = itertools.count(1)


class InProcess(LocalCloud):
    """A cloud of this process, where the demonstration expects one of its own."""

    def __init__(self, endpoint_url: str, state: Path) -> None:
        super().__init__(int(endpoint_url.rpartition(":")[2]), state)

    def start(self) -> str:
        """It runs already."""
        return "in this process"


@contextmanager
def deployed(directory: Path) -> Iterator[Deployed]:
    """The stacks, while their cloud runs."""
    state = directory / "state"
    with serving(state, ShortWaits(), PACE) as endpoint:
        where = OnLocalCloud(int(endpoint.rpartition(":")[2]), state, REGION)
        where.cloud = InProcess(endpoint, state)
        where.deploy(directory / "cdk.out", SETTINGS)
        aws = clients.make(endpoint, REGION)
        stop_runs(aws, stack_outputs(aws, BUILD_STACK)["CodePipelineName"], "no build is needed")
        yield Deployed(
            where, aws, stack_outputs(aws, BUILD_STACK), stack_outputs(aws, DEPLOY_STACK)
        )


class Files:
    """What versions and steps refer to, in the artifact bucket."""

    def __init__(self, deployed: Deployed) -> None:
        self._s3 = deployed.clients.s3
        self._bucket = deployed.build["ArtifactBucketName"]
        expected = {"type": "number", "count": 1, "minimum": ANSWER - 1, "maximum": ANSWER + 1}
        golden = {
            "contentType": "text/csv",
            "accept": "text/csv",
            "records": [RECORD.decode().strip()],
            "expected": expected,
        }
        entry = {"threshold": 1.0, "comparison_operator": "GreaterThanThreshold"}
        self.model = self._put("model/model.tar.gz", trained(ANSWER))
        self.golden = self._put("model/golden.json", golden)
        self.statistics = self._put("check/statistics.json", {})
        self.constraints = self._put(
            "model/constraints.json", {"regression_constraints": {"rmse": entry}}
        )
        self.summary = self._put("summary/summary.json", {"rows": ROWS})
        self.scores = self._put("scores/part.csv.out", b"1,2\n" * ROWS)
        self.data = self._put("data/data.csv", b"1,2,3\n")
        self.relaxed = f"s3://{self._bucket}/faults/relaxed"

    def folder(self, uri: str) -> str:
        """Where a file lies."""
        return uri.rpartition("/")[0]

    def _put(self, name: str, content: Any) -> str:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self._s3.put_object(Bucket=self._bucket, Key=f"faults/{name}", Body=body)
        return f"s3://{self._bucket}/faults/{name}"


def make_train_action(deployed: Deployed) -> str:
    """A CodePipeline of the deployed model build's Source and Train stages, without its Build; its
    name. It is started by creating it, once."""
    found = deployed.clients.codepipeline.get_pipeline(name=deployed.build["CodePipelineName"])
    declared = found["pipeline"]
    declared["name"] = f"faults-train-{next(_names)}"
    declared["stages"] = [each for each in declared["stages"] if each["name"] != "Build"]
    deployed.clients.codepipeline.create_pipeline(pipeline=declared)
    return str(declared["name"])


def see_messages_again_soon(deployed: Deployed) -> None:
    """Shorten the wait of what the queue's reader has failed on."""
    deployed.client("sqs").set_queue_attributes(
        QueueUrl=deployed.build["HandOverQueueUrl"],
        Attributes={"VisibilityTimeout": VISIBILITY_SECONDS},
    )


def undelivered(deployed: Deployed) -> list[str]:
    """The events that lie in the stacks' dead-letter queues, without taking them out."""
    sqs = deployed.client("sqs")
    found = []
    for url in _undelivered_urls(deployed):
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        found += [message["Body"] for message in answer.get("Messages", [])]
    return found


def forget_undelivered(deployed: Deployed) -> None:
    """Empty the dead-letter queues."""
    for url in _undelivered_urls(deployed):
        deployed.client("sqs").purge_queue(QueueUrl=url)


def _undelivered_urls(deployed: Deployed) -> list[str]:
    sqs = deployed.client("sqs")
    names = [each["UndeliveredEventsQueueName"] for each in (deployed.build, deployed.deploy)]
    return [str(sqs.get_queue_url(QueueName=name)["QueueUrl"]) for name in names]


def wait_for_no_run(deployed: Deployed, pipeline: str) -> None:
    """Until no execution of a CodePipeline is in progress."""
    wait_for(
        lambda: {each["status"] for each in deployed.executions(pipeline)},
        lambda statuses: "InProgress" not in statuses,
        f"the end of every run of {pipeline}",
    )
