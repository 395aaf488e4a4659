"""A job's traffic with S3: prefixes become directories, directories become prefixes.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html: an S3Prefix is a key
name prefix, so `s3://b/data` takes `data/x.csv` and also `data2/x.csv`. Where the parts of a key that
follow the prefix go is assumed for a prefix that ends inside a name: below the last slash before it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from localcloud import safe_paths

_MULTIPART_BYTES = 1 << 26


class Clash(Exception):
    """Objects that cannot lie in one directory together, or not inside it (text observed)."""

    def __init__(self, uri: str) -> None:
        super().__init__(
            f"Cannot download {uri}, a previously downloaded file/folder clashes with it. Please check "
            "your s3 objects and ensure that there is no object that is both a folder as well as a "
            "file."
        )


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and key (or prefix) of an `s3://` address."""
    url = urlparse(uri, allow_fragments=False)
    return url.netloc, url.path.lstrip("/")


def relative_path(key: str, prefix: str) -> str:
    """Where an object goes below the directory that stands for a prefix."""
    if prefix and not prefix.endswith("/") and key.startswith(f"{prefix}/"):
        return key[len(prefix) + 1 :]
    return key[prefix.rfind("/") + 1 :]


def matching_keys(s3: Any, uri: str) -> list[str]:
    """The keys that begin with an address's prefix; those that end in a slash hold no data."""
    bucket, prefix = split_uri(uri)
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [
        entry["Key"]
        for page in pages
        for entry in page.get("Contents", [])
        if not entry["Key"].endswith("/")
    ]


def download(s3: Any, uri: str, keys: list[str], directory: Path) -> None:
    """Put the objects with these keys of an address below a directory. Raises Clash."""
    bucket, prefix = split_uri(uri)
    directory.mkdir(parents=True, exist_ok=True)
    for key in keys:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"]
        try:
            target = safe_paths.below(directory, relative_path(key, prefix).lstrip("/"))
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as file:
                shutil.copyfileobj(body, file)
        except (
            safe_paths.UnsafePath,
            FileExistsError,
            IsADirectoryError,
            NotADirectoryError,
        ) as error:
            raise Clash(f"s3://{bucket}/{key}") from error


def upload_directory(s3: Any, directory: Path, uri: str, kms_key_id: str | None = None) -> None:
    """Put every regular file below a directory under an address; symbolic links are left out."""
    for path in sorted(_regular_files(directory)):
        address = f"{uri.rstrip('/')}/{path.relative_to(directory).as_posix()}"
        upload_file(s3, path, address, kms_key_id)


def upload_file(s3: Any, path: Path, uri: str, kms_key_id: str | None = None) -> None:
    """Put one file at an address, encrypted with a KMS key if one is given."""
    bucket, key = split_uri(uri)
    extra = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key_id} if kms_key_id else {}
    if path.stat().st_size > _MULTIPART_BYTES:
        s3.upload_file(str(path), bucket, key, ExtraArgs=extra)
        return
    with path.open("rb") as body:
        s3.put_object(Bucket=bucket, Key=key, Body=body, **extra)


def _regular_files(directory: Path) -> Iterator[Path]:
    if directory.is_dir() and not directory.is_symlink():
        for entry in directory.iterdir():
            if entry.is_symlink():
                continue
            if entry.is_dir():
                yield from _regular_files(entry)
            elif entry.is_file():
                yield entry
