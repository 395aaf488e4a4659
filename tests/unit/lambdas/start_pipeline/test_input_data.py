"""The version of the input data changes with what lies there, and with nothing else."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.conftest import Stub
from tests.unit.lambdas.job_events import STORE

ASSET = asset("start_pipeline")
data = ASSET.module("input_data")
jobs = ASSET.module("slipway_shared.codepipeline_job")
client = ASSET.module("slipway_shared.clients").client
URL = f"s3://{STORE}/data/abalone"
DECLARED = {"InputDataUrl": URL, "InputDataVersion": "unknown"}


def put(s3: Any, key: str, body: bytes) -> None:
    s3.put_object(Bucket=STORE, Key=key, Body=body)


def version() -> str:
    text: str = data.data_version(client("s3"), URL)
    return text


def test_it_is_short_hexadecimal_and_the_same_for_the_same_data(s3: Any) -> None:
    put(s3, "data/abalone.csv", b"M,1\n")
    assert re.fullmatch("[0-9a-f]{16}", version())
    assert version() == version()


def test_it_changes_with_content_key_and_number_of_objects(s3: Any) -> None:
    seen = set()
    for key, body in (
        ("data/abalone.csv", b"M,1\n"),
        ("data/abalone.csv", b"F,1\n"),
        ("data/abalone/2.csv", b"F,1\n"),
        ("data/abalone/3.csv", b"F,1\n"),
    ):
        put(s3, key, body)
        seen.add(version())
    s3.delete_object(Bucket=STORE, Key="data/abalone.csv")
    seen.add(version())
    assert len(seen) == 5


def test_what_lies_elsewhere_does_not_count(s3: Any) -> None:
    put(s3, "data/abalone.csv", b"M,1\n")
    before = version()
    put(s3, "data/abalon", b"")
    put(s3, "other/abalone.csv", b"M,2\n")
    assert version() == before


def test_every_page_counts(stub: Stub) -> None:
    def objects(first: int, last: int) -> list[dict[str, Any]]:
        return [{"Key": f"k{n}", "ETag": f'"{n}"', "Size": n} for n in range(first, last)]

    stubbed = stub(ASSET, "s3")
    for last in (4, 5):
        stubbed.add_response(
            "list_objects_v2",
            {"Contents": objects(0, 2), "IsTruncated": True, "NextContinuationToken": "t"},
            {"Bucket": STORE, "Prefix": "data/abalone"},
        )
        stubbed.add_response(
            "list_objects_v2",
            {"Contents": objects(2, last), "IsTruncated": False},
            {"Bucket": STORE, "Prefix": "data/abalone", "ContinuationToken": "t"},
        )
    first, second = version(), version()
    assert first == data.digest(objects(0, 4))
    assert second == data.digest(objects(0, 5))


def test_the_order_of_the_listing_does_not_count() -> None:
    objects = [{"Key": f"k{n}", "ETag": f'"{n}"', "Size": n} for n in range(3)]
    digests = {data.digest(order) for order in itertools.permutations(objects)}
    assert len(digests) == 1
    assert data.digest([{**objects[0], "Size": 9}, *objects[1:]]) not in digests


def test_nothing_there_fails_and_names_the_address(s3: Any) -> None:
    with pytest.raises(jobs.JobFailure) as failure:
        version()
    assert str(failure.value) == (
        f"no training data: nothing lies under {URL} (InputDataUrl); upload the data set there, and"
        " retry the stage"
    )


@pytest.mark.parametrize("code", ["NoSuchBucket", "AccessDenied"])
def test_what_s3_refuses_fails_and_names_the_address(stub: Stub, code: str) -> None:
    stub(ASSET, "s3").add_client_error("list_objects_v2", code, "it says why")
    with pytest.raises(jobs.JobFailure) as failure:
        version()
    assert str(failure.value) == (
        f"what lies under {URL} (InputDataUrl) cannot be listed: {code}: it says why"
    )


@pytest.mark.parametrize("url", ["/data/abalone.csv", "https://bucket/key", "s3://bucket", "x"])
def test_what_is_no_s3_uri_is_said(url: str) -> None:
    with pytest.raises(jobs.ConfigurationError) as refused:
        data.data_version(client("s3"), url)
    assert str(refused.value) == (
        f"parameter InputDataUrl is not an S3 URI of the form s3://bucket/key: {url!r}"
    )


@pytest.mark.parametrize(
    ("declared", "given", "address"),
    [
        (DECLARED, {}, URL),
        (DECLARED, {"InputDataUrl": "s3://other/x"}, "s3://other/x"),
        (DECLARED, {"InputDataVersion": "mine"}, None),
        ({"InputDataUrl": URL}, {}, None),
        ({"InputDataVersion": "unknown"}, {}, None),
        ({"InputDataUrl": None, "InputDataVersion": "unknown"}, {}, None),
    ],
)
def test_it_is_wanted_where_it_is_declared_and_nobody_gave_it(
    declared: dict[str, str | None], given: dict[str, str], address: str | None
) -> None:
    assert data.address_to_version(declared, given) == address
