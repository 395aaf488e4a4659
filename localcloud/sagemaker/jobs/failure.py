"""The words in which a job says why it failed.

Codes and forms as SageMaker answers them (observed): `AlgorithmError: <text>, exit code: <n>`, the text
being what the container left in /opt/ml/output/failure (training) or message (processing), and empty
without it. `ClientError` is for what the caller can mend: data, names, permissions.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from localcloud import safe_paths
from localcloud.sagemaker.containers.container import ContainerDirectory

# DescribeTrainingJob.FailureReason: "the first 1024 characters" of the failure file.
_FAILURE_CHARACTERS = 1024
# DescribeProcessingJob.ExitMessage: "up to one KB of text".
_MESSAGE_BYTES = 1024
# With less than this no program can write any more.
_FULL_BYTES = 1 << 20
_NO_SPACE = "Insufficient disk space"


class JobFailure(Exception):
    """A job that cannot go on; the text is its FailureReason."""


def failure_reason(text: str, exit_code: int) -> str:
    """The FailureReason of a container that ended with an exit code other than 0."""
    suffix = f", exit code: {exit_code}"
    return f"AlgorithmError: {text[: _FAILURE_CHARACTERS - len(suffix) - 16]}{suffix}"


@contextmanager
def naming_a_full_disk(what: str) -> Iterator[None]:
    """While the job's files are written: a full disk is a JobFailure in SageMaker's words (observed:
    https://github.com/aws/sagemaker-python-sdk/issues/128, https://github.com/huggingface/blog/issues/114).
    """
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise JobFailure(f"ClientError: {what}:{_NO_SPACE}") from error


def said_of_full_disk(directory: ContainerDirectory) -> str:
    """What to say of a container that said nothing itself: that the disk is full, if it is (assumed:
    AWS leaves it to the log)."""
    found = os.statvfs(directory.path)
    return _NO_SPACE if found.f_bavail * found.f_frsize < _FULL_BYTES else ""


def read_text(directory: ContainerDirectory, name: str) -> str:
    """What a container left for its caller below /opt/ml: at most one KB, nothing without a file.

    A link that leads out of /opt/ml is no file.
    """
    path = directory.ml / name
    if not path.is_file() or not safe_paths.is_inside(path, directory.ml):
        return ""
    with path.open("rb") as file:
        return file.read(_MESSAGE_BYTES).decode(errors="replace").strip()


def no_objects(uri: str, region: str, role_arn: str) -> str:
    """CreateTrainingJob's refusal of an input without data (observed)."""
    bucket = uri.removeprefix("s3://").partition("/")[0]
    return (
        f'No S3 objects found under S3 URL "{uri}" given in input data source. Please ensure that '
        f"the bucket exists in the selected region ({region}), that objects exist under that S3 "
        f'prefix, and that the role "{role_arn}" has "s3:ListBucket" permissions on bucket '
        f'"{bucket}".'
    )


def download_failed(uri: str, why: str) -> str:
    """A processing job's failure to get an input (form observed, the rest assumed)."""
    return f"ClientError: Failed to download data. ListObjectsV2 failed for {uri}: {why}"
