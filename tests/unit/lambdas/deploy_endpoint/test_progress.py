"""What travels in the continuation token."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.lambdas.deploy_endpoint.scenes import ASSET

state = ASSET.module("progress")
jobs = ASSET.module("slipway_shared.codepipeline_job")
TIMES = st.floats(1, 4e9)


@given(
    progress=st.builds(
        state.Progress,
        started_at=TIMES,
        requested=st.sampled_from([state.NOTHING, state.CREATE, state.UPDATE, state.DELETE]),
        config_name=st.none() | st.text(min_size=1),
        requested_at=st.just(0.0) | TIMES,
        replaced_config_name=st.none() | st.text(min_size=1),
        modified_before=st.just(0.0) | TIMES,
        guardrail=st.none() | st.text(min_size=1),
        arrived_at=st.just(0.0) | TIMES,
        scaling_at=st.just(0.0) | TIMES,
        removed_scaling=st.none() | st.just([{"variant": "AllTraffic", "min": 1, "policies": []}]),
    )
)
def test_progress_survives_the_continuation_token(progress: Any) -> None:
    text = json.dumps(progress.to_token())
    assert state.Progress.from_token(json.loads(text)) == progress


@pytest.mark.parametrize("token", [{}, {"started_at": 1, "executionArn": "a"}])
def test_another_token_is_refused(token: dict[str, Any]) -> None:
    with pytest.raises(jobs.JobFailure, match="not one of this function's"):
        state.Progress.from_token(token)
