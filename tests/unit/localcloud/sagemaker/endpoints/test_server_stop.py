"""A server that stops leaves no process behind, whatever runs."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

from localcloud.cloud import current
from localcloud.sagemaker.containers.warm_parents import warm_parents
from tests.unit.localcloud.sagemaker.artifacts import trained
from tests.unit.localcloud.sagemaker.service import image, running

from .conftest import Hosting
from .guardrails import LONG, PACE, begin, blue_green, until


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie has ended, and waits for its parent to say so.
    return ") Z " not in Path(f"/proc/{pid}/stat").read_text()


def test_endpoints_jobs_and_parents_end_with_the_server(tmp_path: Path) -> None:
    with running(tmp_path / "state") as service:
        one = service.put("one/model.tar.gz", trained(1.0))
        hosting = Hosting(service, {"one": one})
        hosting.endpoint(hosting.config(hosting.model()))
        _begin_a_job(service)
        groups = set(current().processes._groups)
        parents = set(warm_parents().running().values())
        # The model server, the job, and the parents that forked them.
        assert len(groups | parents) >= 4
        assert all(alive(pid) for pid in groups | parents)
    assert not [pid for pid in groups | parents if alive(pid)]


def _begin_a_job(service: Any) -> None:
    code = service.put("code/script.py", "print('begun', flush=True); import time; time.sleep(60)")
    where = "/opt/ml/processing/code"
    service.sagemaker.create_processing_job(
        ProcessingJobName="sleeps",
        RoleArn=service.role,
        AppSpecification={
            "ImageUri": image("sagemaker-scikit-learn"),
            "ContainerEntrypoint": ["python3", f"{where}/script.py"],
        },
        ProcessingResources={
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": "ml.m5.large",
                "VolumeSizeInGB": 1,
            }
        },
        ProcessingInputs=[
            {
                "InputName": "code",
                "S3Input": {
                    "S3Uri": code,
                    "LocalPath": where,
                    "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                },
            }
        ],
    )

    def begun() -> bool:
        groups = service.client("logs").describe_log_groups()["logGroups"]
        return any(group["logGroupName"].endswith("/ProcessingJobs") for group in groups)

    assert current().changes.wait_until(begun, 30, recheck_seconds=0.05)


def test_an_update_does_not_bake_on(tmp_path: Path) -> None:
    with running(tmp_path / "state", PACE) as service:
        one = service.put("one/model.tar.gz", trained(1.0))
        hosting = Hosting(service, {"one": one})
        model = hosting.model()
        endpoint, new = hosting.endpoint(hosting.config(model)), hosting.config(model)
        begin(hosting, endpoint, new, blue_green("ALL_AT_ONCE", end=LONG))
        until(hosting, endpoint, "Baking", 1)
        working = [
            thread
            for thread in threading.enumerate()
            if thread.name.startswith(("update endpoint", "keep up"))
        ]
        # The update, and one for each container.
        assert len(working) == 3
    for thread in working:
        thread.join(10)
        assert not thread.is_alive(), thread
