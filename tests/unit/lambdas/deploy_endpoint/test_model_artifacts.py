"""A version whose files are gone is refused before anything is changed for it."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.conftest import Stub
from tests.unit.lambdas.job_events import STORE, described_package

ASSET = asset("deploy_endpoint")
artifacts = ASSET.module("model_artifacts")
jobs = ASSET.module("slipway_shared.codepipeline_job")
packages = ASSET.module("slipway_shared.model_package")


def _require(container: dict[str, Any]) -> None:
    described = described_package(InferenceSpecification={"Containers": [container]})
    client = ASSET.module("slipway_shared.clients").client("s3")
    artifacts.require_model_artifacts(client, packages.parse_model_package(described))


def _source(key: str, kind: str = "S3Prefix", compression: str = "None") -> dict[str, Any]:
    source = {"S3Uri": f"s3://{STORE}/{key}", "S3DataType": kind, "CompressionType": compression}
    return {"ModelDataSource": {"S3DataSource": source}}


def test_artifacts_that_are_there(s3: Any) -> None:
    s3.put_object(Bucket=STORE, Key="m/model.tar.gz", Body=gzip.compress(b"model"))
    s3.put_object(Bucket=STORE, Key="m/plain", Body=b"model")
    _require({"ModelDataUrl": f"s3://{STORE}/m/model.tar.gz"})
    _require(_source("m/"))
    _require(_source("m/model.tar.gz", "S3Object", "Gzip"))
    _require(_source("m/plain", "S3Object"))
    _require({"Image": "without-an-artifact"})


@pytest.mark.parametrize(
    "container",
    [
        {"ModelDataUrl": f"s3://{STORE}/gone.tar.gz"},
        {"ModelDataUrl": "s3://no-such-bucket/model.tar.gz"},
        _source("gone/"),
        _source("gone.tar.gz", "S3Object"),
    ],
    ids=["object", "bucket", "prefix", "source"],
)
def test_artifacts_that_are_gone(s3: Any, container: dict[str, Any]) -> None:
    with pytest.raises(
        jobs.JobFailure, match=r"of version 7 is gone; the endpoint was not touched"
    ):
        _require(container)


@pytest.mark.parametrize(
    ("body", "container", "words"),
    [
        (b"", {"ModelDataUrl": f"s3://{STORE}/m/x"}, "is empty"),
        (b"", _source("m/"), "is empty"),
        (b"", _source("m/x", "S3Object"), "is empty"),
        (b"PK", {"ModelDataUrl": f"s3://{STORE}/m/x"}, "is not a gzip file"),
        (b"\x1f", {"ModelDataUrl": f"s3://{STORE}/m/x"}, "is not a gzip file"),
        (b"PK", _source("m/x", "S3Object", "Gzip"), "is not a gzip file"),
    ],
)
def test_artifacts_that_cannot_be_what_they_should(
    s3: Any, body: bytes, container: dict[str, Any], words: str
) -> None:
    s3.put_object(Bucket=STORE, Key="m/x", Body=body)
    with pytest.raises(jobs.JobFailure, match=f"of version 7 {words}; the endpoint was not"):
        _require(container)


def test_an_artifact_that_may_not_be_read(stub: Stub) -> None:
    stub(ASSET, "s3").add_client_error("head_object", "403", http_status_code=403)
    with pytest.raises(jobs.JobFailure, match="may not be read by this function, or is gone"):
        _require({"ModelDataUrl": "s3://another-bucket/model.tar.gz"})


def test_another_error_is_raised_as_it_is(stub: Stub) -> None:
    stub(ASSET, "s3").add_client_error("head_object", "500", http_status_code=500)
    with pytest.raises(ClientError):
        _require({"ModelDataUrl": "s3://bucket/model.tar.gz"})


def test_an_address_that_is_none() -> None:
    with pytest.raises(jobs.JobFailure, match="version 7 has a bad model artifact"):
        _require({"ModelDataUrl": "https://example.com/model.tar.gz"})
