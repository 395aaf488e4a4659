"""Importing a handler is quick, does not import the AWS SDK, and its asset is small."""

from __future__ import annotations

import pytest

from tests.unit.lambdas.assets import HANDLERS
from tests.unit.lambdas.cold_start import measure

MAX_MILLISECONDS = 50
MAX_ASSET_BYTES = 100_000


def test_all_handlers_are_found() -> None:
    assert HANDLERS == [
        "answer_callback",
        "deploy_endpoint",
        "find_live_version",
        "judge_scores",
        "prepare_approval",
        "relax_baseline",
        "request_deployment",
        "smoke_test",
        "start_pipeline",
    ]


@pytest.mark.parametrize("handler", HANDLERS)
def test_import_is_quick_and_leaves_the_sdk_for_the_first_call(handler: str) -> None:
    cold = measure(handler, repetitions=10)
    assert "slipway_shared" in cold.packages
    assert not cold.packages & {"boto3", "botocore", "zipfile", "urllib3"}
    # The processor's time, against that of other work at the same moment: other tests run beside this one.
    assert cold.cpu_milliseconds < MAX_MILLISECONDS
    assert cold.asset_bytes < MAX_ASSET_BYTES
