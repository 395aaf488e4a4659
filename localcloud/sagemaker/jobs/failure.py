"""The words in which a job says why it failed.

Codes and forms as SageMaker answers them (observed): `AlgorithmError: <text>, exit code: <n>`, the text
being what the container left in /opt/ml/output/failure (training) or message (processing), and empty
without it. `ClientError` is for what the caller can mend: data, names, permissions.
"""

from __future__ import annotations

from pathlib import Path

# DescribeTrainingJob.FailureReason: "the first 1024 characters" of the failure file.
_FAILURE_CHARACTERS = 1024
# DescribeProcessingJob.ExitMessage: "up to one KB of text".
_MESSAGE_BYTES = 1024


class JobFailure(Exception):
    """A job that cannot go on; the text is its FailureReason."""


def failure_reason(text: str, exit_code: int) -> str:
    """The FailureReason of a container that ended with an exit code other than 0."""
    suffix = f", exit code: {exit_code}"
    return f"AlgorithmError: {text[: _FAILURE_CHARACTERS - len(suffix) - 16]}{suffix}"


def read_text(path: Path) -> str:
    """What a container left for its caller: at most one KB, and nothing if there is no file."""
    if not path.is_file():
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
