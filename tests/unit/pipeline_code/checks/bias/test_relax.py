"""A baseline with room: the rule with a tolerance, for whoever compares with it and knows none."""

from __future__ import annotations

import copy
import json
import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pipelines.abalone.model_checks import CHECK_SETTINGS, MODEL_COLUMNS
from pipelines.checks import bias, job
from pipelines.checks.bias.names import UNBIASED, room
from pipelines.checks.errors import CheckError

from tests.unit.pipeline_code.checks.bias.data_sets import DATA_SETS
from tests.unit.pipeline_code.checks.bias.test_metrics import analysis_of

PRE, POST = "pre_training_bias_metrics", "post_training_bias_metrics"


def analysis(metrics: dict[str, Any], stage: str = POST) -> dict[str, Any]:
    entries = [{"name": name, "description": name, "value": metrics[name]} for name in metrics]
    group = {"value_or_threshold": "1", "metrics": entries}
    part = {"label": "y", "facets": {"sex": [group]}, "label_value_or_threshold": "1"}
    return {"version": "1.0", stage: part}


def values(content: dict[str, Any]) -> dict[str, Any]:
    return {
        metric["name"]: metric["value"]
        for stage in (PRE, POST)
        for groups in content.get(stage, {"facets": {}})["facets"].values()
        for group in groups
        for metric in group["metrics"]
    }


@pytest.mark.parametrize(
    ("name", "value", "relaxed"),
    [
        ("DPPL", 0.2, 0.3),
        ("DPPL", -0.2, -0.3),
        ("DPPL", 0.0, 0.1),
        ("DPPL", 0, 0.1),
        ("DI", 0.8, 0.4),
        ("DI", 1.2, 1.6),
        ("DI", 1.0, 1.4),
        ("DI", 0.05, -0.35),
        ("TE", 2, 2.4),
        ("TE", "Infinity", "Infinity"),
        ("TE", math.inf, math.inf),
        ("CDDL", None, None),
    ],
)
def test_a_value_moves_away_from_unbiased(name: str, value: Any, relaxed: Any) -> None:
    for stage in (PRE, POST):
        found = values(bias.relax(analysis({name: value}, stage), 0.1))[name]
        assert found == (pytest.approx(relaxed) if isinstance(relaxed, float) else relaxed)


@pytest.mark.parametrize("name", sorted(DATA_SETS))
def test_everything_else_is_untouched(name: str) -> None:
    measured = analysis_of(DATA_SETS[name])
    before = copy.deepcopy(measured)
    assert json.dumps(bias.relax(measured, 0)) == json.dumps(before)
    relaxed = bias.relax({**measured, "more": [1]}, 0.25)
    assert measured == before
    assert relaxed.pop("more") == [1]
    assert values(relaxed) != values(before)
    for content in (relaxed, before):
        for stage in (PRE, POST):
            for groups in content[stage]["facets"].values():
                for metric in (each for group in groups for each in group["metrics"]):
                    metric["value"] = type(metric["value"]) in (int, float)
    assert json.dumps(relaxed) == json.dumps(before)


NUMBERS = st.floats(-5, 5) | st.sampled_from([-1.0, 0.0, 0.9, 1.0, 1.1])
METRICS = st.fixed_dictionaries(
    {"DPPL": NUMBERS, "DI": NUMBERS, "TE": NUMBERS | st.sampled_from(["Infinity", "-Infinity"])}
)


@given(now=METRICS, before=METRICS, tolerance=st.floats(0, 1))
def test_comparing_with_it_is_comparing_with_the_tolerance(
    now: dict[str, Any], before: dict[str, Any], tolerance: float
) -> None:
    for name in now:
        ideal = UNBIASED.get(name, 0.0)
        over = (
            abs(float(now[name]) - ideal) - abs(float(before[name]) - ideal) - room(name, tolerance)
        )
        # A hair's breadth around the slack for rounding, sums of floats may fall on either side.
        assume(not abs(over - 1e-9) < 1e-12)
    new, old = analysis(now), analysis(before)

    def violating(baseline: dict[str, Any], **how: float) -> list[dict[str, str]]:
        return [dict(each.entry) for each in bias.compare(new, baseline, **how)]

    assert violating(bias.relax(old, tolerance)) == violating(old, tolerance=tolerance)


def test_the_sentence_of_a_violation_gives_value_baseline_and_distance() -> None:
    registered = bias.relax(analysis({"DI": 0.8}), 0.1)
    (violation,) = bias.compare(analysis({"DI": 1.8}), registered)
    assert violation.sentence == (
        "sex 1: DI 1.8 (0.4 in the baseline) is farther than 0.6 from 1, which is unbiased"
    )


def test_the_report_says_that_the_baseline_has_a_tolerance() -> None:
    measured = analysis_of(DATA_SETS["binary"])
    page = bias.report_page(measured, bias.relax(measured, 0.1), [])
    assert "No bias metric is farther" in page
    assert "the tolerance of then included" in page


def test_what_has_no_room_is_refused() -> None:
    with pytest.raises(CheckError, match=r"the tolerance -0\.1 is negative"):
        bias.relax(analysis({"DPPL": 0.2}), -0.1)
    with pytest.raises(CheckError, match="this is no bias analysis"):
        bias.relax({"version": "1.0", "explanations": {}}, 0.1)


class Cloud(job.Cloud):
    """A supplied baseline is the only thing that there is."""

    def __init__(self, baseline: dict[str, Any]) -> None:
        self.baseline = baseline

    def download(self, uri: str, path: Path) -> None:
        path.write_text(json.dumps(self.baseline))


def data_of(directory: Path) -> None:
    """Rows of which the facet's have the positive outcome more rarely than the others."""
    path = directory / "processing" / "input" / "data" / "train.csv"
    path.parent.mkdir(parents=True)
    rows = []
    for row in range(40):
        female = row % 2
        rings = 12 + row if row % (5 if female else 3) == 0 else 8
        rows.append([rings, *[0.1 * row] * (len(MODEL_COLUMNS) - 4), female, 0, 1 - female])
    path.write_text("\n".join(",".join(map(str, row)) for row in rows) + "\n")


@pytest.mark.parametrize("register", [True, False])
def test_the_job_widens_what_is_new_and_nothing_that_is_carried_over(
    tmp_path: Path, register: bool
) -> None:
    data_of(tmp_path)

    def run(flags: SimpleNamespace, previous: dict[str, Any]) -> tuple[Any, Any]:
        arguments = [
            *("data_bias", "--skip", str(flags.skip), "--register", str(flags.register)),
            *("--group", "g", "--output-uri", "s3://b/o", "--tolerance", "0.1"),
            *("--base-dir", str(tmp_path), f"--supplied-constraints={flags.supplied}"),
        ]
        said, failed = job.check(CHECK_SETTINGS, job.parse(arguments), Cloud(previous))
        assert not failed, said
        output = tmp_path / "processing" / "output"
        return (
            json.loads((output / "analysis.json").read_text()),
            json.loads((output / "registered" / "analysis.json").read_text()),
        )

    first, baseline = run(SimpleNamespace(skip=True, register=True, supplied=""), {})
    assert baseline == bias.relax(first, 0.1) != first
    again = SimpleNamespace(skip=False, register=register, supplied="s3://b/baseline")
    new, registered = run(again, baseline)
    assert new == first
    # The same whether it is made anew or carried over: no training widens it further.
    assert registered == baseline
    changed = bias.relax(baseline, 0.5)
    _, registered = run(again, changed)
    assert registered == (baseline if register else changed)
