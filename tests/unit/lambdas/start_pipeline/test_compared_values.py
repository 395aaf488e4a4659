"""The values behind a violation, from files as an engine writes them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.start_pipeline import engine_files
from tests.unit.lambdas.start_pipeline.engine_files import Files

ASSET = asset("start_pipeline")
compared = ASSET.module("compared_values")
reports = ASSET.module("violation_report")
client = ASSET.module("slipway_shared.clients").client
NUMBER = r"-?\d+(?:\.\d+)?(?:e[-+]\d+)?"


def said(files: Files, baseline: dict[str, str] | None = None) -> list[str]:
    """What is said of each violation, one at a time: a message has the first three."""
    old = files.addresses("old") if baseline is None else baseline
    values = compared.read_values(client("s3"), files.check(), old)
    return [reports.violation_in_words(dict(each.entry), values) for each in files.violations]


def values_of(message: str) -> str:
    """The part in parentheses at the end."""
    found = re.search(r" (\([^()]*(?:\([^()]*\))?[^()]*\))$", message)
    assert found, message
    return found[1]


@pytest.mark.parametrize(
    ("make", "metrics"),
    [
        (engine_files.regression, {"mae", "mse", "rmse", "r2"}),
        (engine_files.classification, {"accuracy", "truePositiveRate", "falsePositiveRate"}),
        (engine_files.classes, {"accuracy", "weighted_recall"}),
    ],
)
def test_model_quality_has_the_numbers_of_the_open_engine(
    s3: Any, make: Callable[[], Files], metrics: set[str]
) -> None:
    files = make()
    files.put(s3)
    messages = said(files)
    assert metrics <= {message.partition(":")[0] for message in messages}
    sentence = rf"\w+: ({NUMBER}) \(({NUMBER}) in the baseline\) is (above|below) ({NUMBER}), "
    for message, theirs in zip(messages, files.sentences, strict=True):
        found = re.match(sentence, theirs)
        assert found, theirs
        now, before, side, threshold = found.groups()
        name = message.partition(":")[0]
        least = {"above": "at most", "below": "at least"}[side]
        assert values_of(message) == (
            f"({name} {before} in the baseline, now {now}; bound: {least} {threshold})"
        )


def test_bound_of_model_quality_is_the_constraints_where_the_description_has_none(s3: Any) -> None:
    files = engine_files.regression()
    files.put(s3)
    values = compared.read_values(client("s3"), files.check(), files.addresses("old"))
    described = dict(files.violations[0].entry)
    assert "bound: at most" in values(described)
    assert values({**described, "description": "in other words"}) == values(described)


@pytest.mark.parametrize(
    ("data_set", "stage"),
    [
        ("binary", "pre"),
        ("binary", "post"),
        ("continuous", "post"),
        ("categorical", "pre"),
        ("whole", "post"),
    ],
)
def test_bias_has_the_numbers_of_the_open_engine(s3: Any, data_set: str, stage: str) -> None:
    files = engine_files.biased(data_set, stage)
    files.put(s3)
    messages = said(files)
    assert messages
    sentence = (
        rf"(\w+) .*: (\w+) ({NUMBER}) \(({NUMBER}) in the baseline\) is farther than ({NUMBER})"
        rf" from ({NUMBER}), which is unbiased"
    )
    for message, theirs in zip(messages, files.sentences, strict=True):
        found = re.fullmatch(sentence, theirs)
        assert found, theirs
        facet, metric, now, before, bound, ideal = found.groups()
        assert message.startswith(f"{facet} ")
        assert values_of(message) == (
            f"({metric} {before} in the baseline, now {now}; bound: at most {bound} from {ideal},"
            " which is unbiased)"
        )


def test_disparate_impact_is_unbiased_at_one(s3: Any) -> None:
    files = engine_files.biased("whole", "post")
    files.put(s3)
    (message,) = [each for each in said(files) if each.startswith("length 90.5 DI: ")]
    assert message.endswith(
        "(DI 3.48235 in the baseline, now 19.0638; bound: at most 2.48235 from 1, which is unbiased)"
    )


def test_explainability_names_the_features_that_moved_most(s3: Any) -> None:
    files = engine_files.attributed()
    files.put(s3)
    (message,) = said(files)
    old, new = (
        each["analysis.json"]["explanations"]["kernel_shap"]["label0"]["global_shap_values"]
        for each in (files.old, files.new)
    )
    share = {name: (old[name] / sum(old.values()), new[name] / sum(new.values())) for name in old}
    moved = re.search(r"moved most: (.*)", files.sentences[0])
    assert moved
    names = re.findall(r"(\w+) from place", moved[1])
    assert len(names) == 3
    told = "; ".join(
        f"{name} {share[name][0] * 100:.3g} % and {share[name][1] * 100:.3g} %" for name in names
    )
    score = re.search(rf"drift ({NUMBER}) exceeds", files.violations[0].entry["description"])
    assert score
    described = files.violations[0].entry["description"]
    assert message == (
        f"label0 shap: feature_attribution_drift_check: {described} (nDCG {float(score[1]):.6g},"
        f" bound: at least 0.9; share of all attribution in the baseline and now: {told})"
    )


MANY = [str(number) for number in range(100)]


@pytest.mark.parametrize(
    ("old", "new", "values"),
    [
        (MANY, [str(2 * int(text)) for text in MANY], "(mean 49.5 in the baseline, now 99)"),
        (["a", "b"] * 50, ["a"] * 90 + ["b"] * 10, "(share of a 0.5 in the baseline, now 0.9)"),
        (
            ["1", "2"],
            ["1", "2", "", "NaN"],
            "(completeness 1 in the baseline, now 0.5; bound: at least 1)",
        ),
        (["1", "2"], ["1", "2", "2", "?"], "(type Integral in the baseline, now String)"),
        (
            ["M", "F"] * 50,
            ["M", "F"] * 49 + ["N", "O"],
            "(values F, M in the baseline, now also N, O; bound: at least 1 of the values known)",
        ),
    ],
    ids=["mean", "category", "completeness", "type", "new values"],
)
def test_data_quality_says_what_its_check_looked_at(
    s3: Any, old: list[str], new: list[str], values: str
) -> None:
    files = engine_files.columns({"x": old}, {"x": new})
    files.put(s3)
    (message,) = said(files)
    assert message.startswith("x: ")
    assert message.endswith(f" {values}")


def test_threshold_of_one_feature_wins_over_that_of_all(s3: Any) -> None:
    files = engine_files.columns({"x": ["M", "F"] * 50}, {"x": ["M", "F"] * 25 + ["N"] * 50})
    feature = files.old["constraints.json"]["features"][0]
    feature["monitoring_config_overrides"] = {"domain_content_threshold": 0.75}
    files.put(s3)
    assert "; bound: at least 0.75 of the values known)" in said(files)[0]


def test_columns_that_are_missing_are_named_as_they_were(s3: Any) -> None:
    files = engine_files.columns({"x": ["1"], "y": ["1"]}, {"x": ["1"]})
    files.put(s3)
    assert said(files)[0].endswith("Missing: y")


def test_without_the_baseline_the_new_value_is_told(s3: Any) -> None:
    for make, value in (
        (engine_files.regression, r"\(mae now [\d.]+; bound: at most [\d.]+\)"),
        (lambda: engine_files.biased("binary", "pre"), r"\(\w+ now [-\d.e]+\)"),
        (lambda: engine_files.columns({"x": MANY}, {"x": ["1"] * 100}), r"\(mean now 1\)"),
    ):
        files = make()
        files.put(s3)
        assert re.fullmatch(value, values_of(said(files, {})[0]))
    files = engine_files.attributed()
    files.put(s3)
    assert said(files, {})[0].endswith("exceeds threshold 0.9")


def test_long_values_are_cut_last() -> None:
    """A message has 5000 characters for all; the values are what a person needs."""
    long = {"feature_name": "x" * 400, "description": "y" * 400}
    message = reports.violation_in_words(long, lambda violation: "(" + "z" * 400)
    assert len(message) == reports.MAX_VIOLATION
    assert message.count("z") == reports.MAX_VALUES - 2
