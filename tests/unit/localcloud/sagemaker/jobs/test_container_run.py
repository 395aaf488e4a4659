"""A job whose container cannot be made: the reason is told, and not an exit code alone."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from localcloud.cloud import Cloud
from localcloud.sagemaker.containers.container import Command, ContainerDirectory
from localcloud.sagemaker.containers.frameworks import Framework
from localcloud.sagemaker.containers.namespace import IsolationUnavailable
from localcloud.sagemaker.jobs import container_run
from localcloud.sagemaker.jobs.container_run import JobLog

pytestmark = pytest.mark.local_only("mount namespaces stand in for Docker's")


def test_container_that_cannot_be_made_says_why(running_cloud: Cloud, tmp_path: Path) -> None:
    directory = ContainerDirectory(tmp_path / "job")
    shutil.rmtree(directory.ml)  # so that it cannot become /opt/ml
    with pytest.raises(IsolationUnavailable, match="No such file or directory"):
        container_run.run(
            framework=Framework("small", ("json",)),
            program=Command(("python3", "-c", "pass")),
            directory=directory,
            environment={},
            log=JobLog("group", "job", "123456789012", "us-east-1"),
            max_runtime_seconds=60,
            stop_requested=threading.Event(),
        )
