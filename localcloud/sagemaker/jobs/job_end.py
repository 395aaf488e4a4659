"""How the work of a job of any kind ends: as the work says, or Failed with a reason."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.cloud import current
from localcloud.errors import AwsError
from localcloud.safe_paths import UnsafePath
from localcloud.sagemaker.containers.container import ContainerDirectory
from localcloud.sagemaker.containers.namespace import IsolationUnavailable
from localcloud.sagemaker.jobs.failure import JobFailure, naming_a_full_disk
from localcloud.sagemaker.jobs.job import Job

logger = logging.getLogger(__name__)


def work_to_its_end(job: Job, work: Callable[[ContainerDirectory], str]) -> str | None:
    """Do a job's work in a directory of its own, which is removed; the status in which it ends.

    What the work raises becomes the job's FailureReason, and `Failed`. None when the cloud is
    stopping, and nobody is there to be told.
    """
    directory: ContainerDirectory | None = None
    try:
        with naming_a_full_disk("The job could not go on"):
            directory = ContainerDirectory(current().directory("sagemaker", job.kind, job.name))
            return work(directory)
    except JobFailure as error:
        job.failure_reason = str(error)
    except (AwsError, BotoCoreError, ClientError) as error:
        job.failure_reason = f"ClientError: {error}"
    except UnsafePath as error:
        job.failure_reason = f"ClientError: {error}"
    except IsolationUnavailable as error:
        job.failure_reason = f"InternalServerError: {error}"
    except Exception as error:
        if current().stopping.is_set():
            return None
        logger.exception("%s %s", job.kind, job.name)
        job.failure_reason = (
            f"InternalServerError: We encountered an internal error. Please try again. {error}"
        )
    finally:
        if directory is not None:
            shutil.rmtree(directory.path, ignore_errors=True)
    return "Failed"
