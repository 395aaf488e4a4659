"""The function and the model repository, which are deployed apart, mean the same parameters and files."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.lambdas.assets import asset

flags = asset("start_pipeline").module("check_flags")
data = asset("start_pipeline").module("input_data")
REPOSITORY = str(Path(__file__).resolve().parents[4] / "pipeline_code")


@pytest.fixture(autouse=True)
def model_repository(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if REPOSITORY not in sys.path:
        monkeypatch.syspath_prepend(REPOSITORY)
    # The SDK makes a client while it is imported, and that needs a region.
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    yield


def test_every_parameter_of_a_check_is_one_of_the_pipelines() -> None:
    from pipelines.abalone.parameters import pipeline_parameters

    declared = {
        each.name: each.default_value
        for each in pipeline_parameters("s3://b/k", 6.0, 0.0).as_list()
    }
    ours = {
        name for check in flags.CHECKS for name in (check.skip, check.register, *check.supplied)
    }
    of_checks = {
        name for name in declared if name.startswith(("Skip", "Register")) or "Supplied" in name
    }
    assert ours == of_checks
    assert {data.URL, data.VERSION} <= declared.keys()
    assert {declared[name] for check in flags.CHECKS for name in check.supplied} == {""}


def test_a_checks_baseline_is_where_the_open_engine_looks_for_it() -> None:
    from pipelines.checks.registry import PLACES

    theirs = {(place.member, place.constraints, place.has_statistics) for place in PLACES.values()}
    ours = {(check.member, check.constraints, check.has_statistics) for check in flags.CHECKS}
    assert ours == theirs
