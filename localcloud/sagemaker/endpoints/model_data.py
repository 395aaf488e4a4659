"""A model's archive on its way into a container: read from S3 as the model's role, then unpacked."""

from __future__ import annotations

import shutil
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from localcloud import clients, safe_archive
from localcloud.sagemaker.jobs.s3_transfer import split_uri


class ModelDataError(Exception):
    """An archive cannot be read or is none; the text is what SageMaker says of it."""


def download(region: str, session: clients.Credentials, url: str, archive: Path) -> None:
    """Write the archive at an address to a file. Raises ModelDataError."""
    bucket, key = split_uri(url)
    try:
        body = clients.client("s3", region, session).get_object(Bucket=bucket, Key=key)["Body"]
        with archive.open("wb") as file:
            shutil.copyfileobj(body, file)
    except (BotoCoreError, ClientError) as error:
        # The text was observed; on AWS it does not tell what S3 said.
        raise ModelDataError(
            f'Failed to download model data for container "container_1" from URL: "{url}". Please '
            "ensure that there is an object located at the URL and that the role passed to "
            f"CreateModel has permissions to download the object. Error from S3: {error}"
        ) from error


def unpack(archive: Path, directory: Path, url: str | None) -> None:
    """Unpack an archive into a model directory, if the model has one. Raises ModelDataError."""
    if url is None:
        return
    try:
        safe_archive.untar(archive, directory)
    except safe_archive.BadArchive as error:
        raise ModelDataError(
            f'Failed to extract model data archive for container "container_1" from URL: "{url}". '
            f"Please ensure that the object located at the URL is a valid tar.gz archive: {error}"
        ) from error
