"""Files behind a violation that cannot be read: a message without them, and never a new failure."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.conftest import Stub
from tests.unit.lambdas.job_events import STORE
from tests.unit.lambdas.start_pipeline import engine_files
from tests.unit.lambdas.start_pipeline.engine_files import REPORT

ASSET = asset("start_pipeline")
compared = ASSET.module("compared_values")
reports = ASSET.module("violation_report")
client = ASSET.module("slipway_shared.clients").client
MANY = [str(number) for number in range(100)]

MAKERS = {
    "regression": engine_files.regression,
    "bias": lambda: engine_files.biased("binary", "post"),
    "explainability": engine_files.attributed,
    "data quality": lambda: engine_files.columns({"x": MANY}, {"x": ["1"] * 100}),
}
BODIES = {
    "missing": None,
    "no json": b"\x89PNG",
    "a list": b"[]",
    "nothing in it": b"{}",
    "another form": b'{"features": 3, "x_metrics": 3, "x_bias_metrics": 3, "explanations": 3}',
    "empty parts": b'{"features": [{}], "x_metrics": {}, "x_bias_metrics": {}, "explanations": {}}',
    "too deep": b"[" * 200_000,
}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("make", MAKERS)
def test_files_that_cannot_be_read_leave_the_message_as_it_is(
    s3: Any, make: str, body: str
) -> None:
    files = MAKERS[make]()
    files.put(s3)
    content = BODIES[body]
    for folder, written in (("new", files.new), ("old", files.old)):
        for name in written:
            where = {"Bucket": STORE, "Key": f"{folder}/{name}"}
            if content is None:
                s3.delete_object(**where)
            else:
                s3.put_object(**where, Body=content)
    plain = reports.in_words({"violations": [dict(each.entry) for each in files.violations]})
    check, old = files.check(), files.addresses("old")
    assert reports.read_report(client("s3"), REPORT, check, old) == plain
    assert reports.read_report(client("s3"), REPORT, {}, {}) == plain


def test_address_that_is_none_leaves_the_message_as_it_is(s3: Any) -> None:
    files = engine_files.regression()
    files.put(s3)
    wrong = dict.fromkeys(files.check(), "nowhere")
    values = compared.read_values(client("s3"), wrong, {"Statistics": "x", "Constraints": "y"})
    assert values(dict(files.violations[0].entry)) == ""


def test_files_that_s3_refuses_leave_the_message_as_it_is(stub: Stub) -> None:
    files = engine_files.regression()
    for _ in range(3):
        stub(ASSET, "s3").add_client_error("get_object", "AccessDenied", "no")
    values = compared.read_values(client("s3"), files.check(), files.addresses("old"))
    assert values(dict(files.violations[0].entry)) == ""


def test_when_s3_does_not_answer_it_is_not_asked_for_every_file() -> None:
    asked = []

    class Silent:
        def get_object(self, **where: str) -> None:
            asked.append(where)
            raise EndpointConnectionError(endpoint_url="https://s3")

    files = engine_files.regression()
    values = compared.read_values(Silent(), files.check(), files.addresses("old"))
    assert values(dict(files.violations[0].entry)) == ""
    assert len(asked) == 1
