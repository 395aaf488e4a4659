"""Prod under way: a canary that goes well, one that its alarm brings back, and a rejection; requests keep
coming, and none fails."""

from __future__ import annotations

import json

from demo import versions
from demo.clients import Clients, stack_outputs
from demo.errors import StageFailed
from demo.loop import DEPLOY_STACK, deploy_version, deployments
from demo.narration import Narration, Stage
from demo.traffic import Traffic

# What the slow version waits for in prod; staging does not have it, so its smoke test sees nothing.
LOOKUP = "LOOKUP_SECONDS"
LOOKUP_SECONDS = "0.15"
PROD_SETTINGS = {
    # A canary needs two instances: with one, all traffic moves at once.
    "initial_instance_count": 2,
    "environment": {LOOKUP: LOOKUP_SECONDS},
    # On a laptop that does other things too a few milliseconds easily become twice as many.
    "alarms": {"latency_ratio": 10},
}
SLOW_CODE = f'''
"""Inference code that looks something up for each request."""

import os
import time

import xgboost


def model_fn(model_dir):
    booster = xgboost.Booster()
    booster.load_model(os.path.join(model_dir, "xgboost-model"))
    return booster


def predict_fn(data, model):
    time.sleep(float(os.environ.get("{LOOKUP}", "0")))
    return model.predict(data, validate_features=False)
'''


def replace_and_roll_back(
    narration: Narration, clients: Clients, traffic: Traffic, first: str, second: str
) -> None:
    """Bring the second version to prod, fail to bring a slow third one, reject the second."""
    canary(narration, clients, traffic, second)
    slow_version(narration, clients, traffic, second)
    reject(narration, clients, traffic, second, first)


def canary(narration: Narration, clients: Clients, traffic: Traffic, version: str) -> None:
    """A good version: a part of the traffic first, then all of it."""
    before = deployments(clients)
    decide(clients, version, "Approved", "approved in the demonstration")
    traffic.since_last()
    deploy_version(narration, clients, before)
    with narration.stage("requests meanwhile") as stage:
        none_failed(stage, traffic)


def slow_version(narration: Narration, clients: Clients, traffic: Traffic, like: str) -> None:
    """A version that passes staging and is too slow for prod: its canary's alarm brings it back."""
    slow = register_slow(clients, like)
    before = deployments(clients)
    decide(clients, slow, "Approved", "approved in the demonstration")
    traffic.since_last()
    try:
        deploy_version(narration, clients, before)
    except StageFailed as failure:
        with narration.stage("its canary was rolled back") as stage:
            if not failure.reason.startswith("Prod/Deploy") or "rolled back" not in failure.reason:
                raise
            for line in failure.reason.splitlines():
                stage.detail(line, "")
            none_failed(stage, traffic)
    else:
        raise StageFailed("its canary was rolled back", "a version that is too slow went to prod")
    # Staging goes back to what is live.
    before = deployments(clients)
    decide(clients, slow, "Rejected", "too slow in prod")
    deploy_version(narration, clients, before, asks=False)


def reject(
    narration: Narration, clients: Clients, traffic: Traffic, version: str, before: str
) -> None:
    """Rejecting the live version brings the one before back, without another approval."""
    traffic.since_last()
    executions = deployments(clients)
    decide(clients, version, "Rejected", "the one before was better")
    deploy_version(narration, clients, executions, asks=False)
    with narration.stage("the rejection brought the version before back") as stage:
        live = versions.served_version(clients, prod_endpoint(clients))
        if live != before:
            raise StageFailed(stage.title, f"prod serves {live}, not {before}")
        none_failed(stage, traffic)


def register_slow(clients: Clients, like: str) -> str:
    """Register a version with the same model, and code that takes its time."""
    described = clients.sagemaker.describe_model_package(ModelPackageName=like)
    metadata = described["CustomerMetadataProperties"]
    url = described["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]
    archive = versions.with_files(
        versions.read(clients, url), {"code/inference.py": SLOW_CODE.encode()}
    )
    # With code of one's own the container answers what it cannot read with 500, not 4XX.
    golden = json.loads(versions.read(clients, metadata["GoldenRecordsS3Uri"]))
    records = json.dumps({**golden, "badRecords": []}).encode()
    container = {
        "ModelDataUrl": versions.write_beside(clients, url, "slow/model.tar.gz", archive),
        "Environment": {
            "SAGEMAKER_PROGRAM": "inference.py",
            "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
        },
    }
    return versions.register_like(
        clients,
        like,
        container=container,
        CustomerMetadataProperties={
            **metadata,
            "GoldenRecordsS3Uri": versions.write_beside(
                clients, metadata["GoldenRecordsS3Uri"], "slow_golden_records.json", records
            ),
        },
    )


def none_failed(stage: Stage, traffic: Traffic) -> None:
    """Say what came of the requests. Raises StageFailed if one failed."""
    count = traffic.since_last()
    if count.failed:
        raise StageFailed(
            stage.title, f"{len(count.failed)} of {count.sent} requests failed: {count.failed[0]}"
        )
    stage.says(
        f"{count.sent} requests to prod, none failed, the slowest took {count.slowest:.2f} s"
    )


def decide(clients: Clients, version: str, status: str, because: str) -> None:
    """Approve or reject a version in the registry."""
    clients.sagemaker.update_model_package(
        ModelPackageArn=version, ModelApprovalStatus=status, ApprovalDescription=because
    )


def prod_endpoint(clients: Clients) -> str:
    """What callers of prod invoke."""
    return stack_outputs(clients, DEPLOY_STACK)["ProdEndpointName"]
