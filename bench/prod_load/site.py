"""Prod for the load: the stacks on a local cloud, a version live on four instances, and a person's acts."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3

from bench.prod_load import versions
from bench.prod_load.load import Load
from bench.prod_load.outcome import Circumstances
from bench.prod_load.versions import Model
from demo import loop
from demo.clients import make, stack_outputs
from demo.errors import StageFailed
from tests.e2e.deployed import Deployed, wait_for
from tests.e2e.target import OnLocalCloud

# Alarms' minutes are two seconds, in which a canary has fifteen requests; bakes are as much shorter.
PACE = 30.0
INSTANCES, CANARY_INSTANCES, MOST_INSTANCES = 4, 1, 6
RATE, SCALING_RATE = 30.0, 72.0
# An alarm's minute has 60 requests at RATE, 15 to each instance, and 26 by the metric's own count while
# a canary of one has a quarter of them; at SCALING_RATE it has 36.
INVOCATIONS_PER_INSTANCE = 32
SETTINGS: dict[str, Any] = {
    "project": "abalone",
    "stages": {
        "prod": {
            "initial_instance_count": INSTANCES,
            "environment": {"RELEASE": "prod"},
            "update": {
                "type": "canary",
                "step_percent": 100 * CANARY_INSTANCES // INSTANCES,
                "wait_seconds": 300,
                "final_bake_seconds": 60,
            },
            # All of it runs on a machine that does other things: a latency that would be a bad sign on
            # an instance of its own is none here, and a slow version is slower than this.
            "alarms": {"model_latency_p90_ms": 750, "latency_ratio": 50},
            "autoscaling": {
                "min_instance_count": INSTANCES,
                "max_instance_count": MOST_INSTANCES,
                "invocations_per_instance": INVOCATIONS_PER_INSTANCE,
            },
        }
    },
}
# Before anything is done to prod, and afterwards.
STEADY_SECONDS = 2.0
DEPLOYMENT_SECONDS = 120.0
ALARM_TYPES = ["MetricAlarm", "CompositeAlarm"]
_numbers = itertools.count()


@dataclass
class Site:
    """What the scenarios have in common."""

    deployed: Deployed
    models: dict[str, Model]
    image: str
    circumstances: Circumstances
    scratch: Path
    server_pid: int
    cloudwatch: Any
    live: str = field(default="")
    """The version that prod serves, with the first model."""

    @property
    def endpoint(self) -> str:
        """Prod's name."""
        return self.deployed.deploy["ProdEndpointName"]

    def predictions(self, model: str) -> list[float]:
        """What a model predicts for each record of the load."""
        return self.models[model].predictions

    def load(self, rate: float | None = None) -> Load:
        """A load on prod that has not begun."""
        where = self.deployed.where
        return Load(
            self.scratch / f"load-{next(_numbers)}",
            self.deployed.environment,
            self.deployed.endpoint_url,
            where.region,
            self.endpoint,
            self.models["first"].records,
            rate or self.circumstances.rate,
        )

    def register(self, model: str, fault: str | None = None) -> str:
        """A version that waits for its approval; its ARN."""
        environment = {"FAULT": fault} if fault else {}
        return versions.register(self.deployed, self.models[model], self.image, environment)

    def require_calm(self) -> None:
        """Wait until no alarm of prod is on: the next update would be refused."""
        wait_for(self._alarms_on, lambda names: not names, "prod without an alarm", 60)

    def wait_for_prods_approval(self, version: str) -> tuple[str, dict[str, str]]:
        """Approve a version; its deployment, once staging has it and has passed the smoke test, and
        what answers the approval that it waits for. Raises StageFailed if it has not passed."""
        deployed = self.deployed
        before = deployed.deployments()
        deployed.approve(version)
        execution = deployed.deployment_after(before)
        wait_for(
            lambda: self._token(execution) or self._is_over(execution),
            bool,
            "prod's approval",
            DEPLOYMENT_SECONDS,
        )
        token = self._token(execution)
        if token is None:
            deployed.follow_deploy(execution)
            raise StageFailed(deployed.deploy["CodePipelineName"], "prod was not asked about")
        return execution, token

    def release(self, token: dict[str, str]) -> None:
        """Approve for prod."""
        self.deployed.clients.codepipeline.put_approval_result(
            **token, result={"status": "Approved", "summary": "staging answers as it should"}
        )

    def end_of(self, execution: str) -> str:
        """What the deployment's last action said, once it has ended, well or not."""
        wait_for(lambda: self._is_over(execution), bool, "the deployment's end", DEPLOYMENT_SECONDS)
        try:
            actions = self.deployed.follow_deploy(execution)
        except StageFailed as failure:
            return failure.reason
        result = actions[-1]["output"]["executionResult"]
        return str(result.get("externalExecutionSummary") or actions[-1]["status"])

    def first_alarm(self, since: float) -> float | None:
        """When the first alarm of prod went off after a time, in seconds since 1970."""
        pages = self.cloudwatch.get_paginator("describe_alarm_history")
        moments = [
            item["Timestamp"].timestamp()
            for page in pages.paginate(
                HistoryItemType="StateUpdate",
                StartDate=datetime.fromtimestamp(since, UTC),
                AlarmTypes=ALARM_TYPES,
            )
            for item in page["AlarmHistoryItems"]
            if item["AlarmName"].startswith(self.endpoint) and "to ALARM" in item["HistorySummary"]
        ]
        return min((moment for moment in moments if moment >= since), default=None)

    def described(self) -> dict[str, Any]:
        """The endpoint."""
        found: dict[str, Any] = self.deployed.clients.sagemaker.describe_endpoint(
            EndpointName=self.endpoint
        )
        return found

    def serving_processes(self) -> list[int]:
        """The processes that have said in prod's log that they serve, oldest first."""
        log = self.deployed.log(f"/aws/sagemaker/Endpoints/{self.endpoint}")
        mark = "serving in process "
        return [int(line.rpartition(mark)[2]) for line in log.splitlines() if line.startswith(mark)]

    def _alarms_on(self) -> list[str]:
        found = self.cloudwatch.describe_alarms(
            StateValue="ALARM", AlarmNamePrefix=self.endpoint, AlarmTypes=ALARM_TYPES
        )
        return [alarm["AlarmName"] for alarm in found["MetricAlarms"]]

    def _token(self, execution: str) -> dict[str, str] | None:
        name = self.deployed.deploy["CodePipelineName"]
        state = self.deployed.clients.codepipeline.get_pipeline_state(name=name)
        for stage in state["stageStates"]:
            if stage.get("latestExecution", {}).get("pipelineExecutionId") != execution:
                continue
            for action in stage["actionStates"]:
                latest = action.get("latestExecution", {})
                if latest.get("status") == "InProgress" and latest.get("token"):
                    return {
                        "pipelineName": name,
                        "stageName": stage["stageName"],
                        "actionName": action["actionName"],
                        "token": latest["token"],
                    }
        return None

    def _is_over(self, execution: str) -> bool:
        answer = self.deployed.clients.codepipeline.get_pipeline_execution(
            pipelineName=self.deployed.deploy["CodePipelineName"], pipelineExecutionId=execution
        )
        return answer["pipelineExecution"]["status"] not in ("InProgress", "Stopping")


@contextlib.contextmanager
def opened(scratch: Path, port: int, region: str) -> Iterator[Site]:
    """A local cloud with all stacks and a first version in staging and prod; it ends with the block."""
    models = versions.train(scratch)
    where = OnLocalCloud(port, scratch / "state", region, PACE)
    try:
        where.deploy(scratch / "cdk.out", SETTINGS)
        aws = make(where.endpoint_url, region)
        build = stack_outputs(aws, loop.BUILD_STACK)
        # Creating the pipeline started it, and its build would have the processor.
        loop.stop_runs(aws, build["CodePipelineName"], "prod is to be measured")
        site = Site(
            Deployed(where, aws, build, stack_outputs(aws, loop.DEPLOY_STACK)),
            models,
            versions.image(region),
            Circumstances(RATE, PACE, INSTANCES, CANARY_INSTANCES),
            scratch,
            where.cloud.pid,
            boto3.client(
                "cloudwatch",
                region_name=region,
                endpoint_url=where.endpoint_url,
                aws_access_key_id="localcloud",
                aws_secret_access_key="localcloud",
            ),
        )
        site.live = site.register("first")
        site.deployed.decide(site.live, "Approved")
        yield site
        where.judge()
    finally:
        where.end(None)
