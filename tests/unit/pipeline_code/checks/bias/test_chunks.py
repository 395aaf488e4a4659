"""Neither the order of the rows nor their division into chunks changes what is measured."""

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pipelines.checks import bias, kinds
from pipelines.checks.bias import facets, seen, tally
from pipelines.checks.bias.row_sample import RowSample
from pipelines.checks.errors import CheckError

# Labels, their positive values, and predictions that can be read with them.
CLASSES = st.sampled_from(["0", "1", "1.0"])
PROBABILITIES = st.sampled_from(["0.1", "0.5", "0.75", "1"])
WORDS = st.sampled_from(["yes", "no", " yes", "maybe"])
WHOLE = st.integers(1, 9).map(str)
FRACTIONS = st.sampled_from(["0.5", "1.5", "2.25", "1e0", "-0.0"])
LABELS = {
    "classes": (CLASSES, [1], CLASSES),
    "classes and probabilities": (CLASSES, [1], PROBABILITIES),
    "words": (WORDS, ["yes", "maybe"], WORDS),
    "whole numbers": (WHOLE, [4], WHOLE),
    "fractions": (FRACTIONS, [1.0], FRACTIONS),
    "what does not fit": (WHOLE, [4], WORDS),
}
FACETS = {
    "each value": (st.sampled_from("FIM"), None),
    "one value": (st.sampled_from(["1", "0", "0.0"]), [0]),
    "a threshold": (st.integers(0, 40).map(str), [20]),
    "a fraction": (st.sampled_from(["0.25", "0.5", "7"]), [0.3]),
}


def content(**changes: Any) -> dict[str, Any]:
    return {
        "dataset_type": "text/csv",
        "label": "label",
        "label_values_or_threshold": [1],
        "facet": [{"name_or_index": "facet"}],
        "predicted_label": "prediction",
        "group_variable": "town",
        "methods": {
            "pre_training_bias": {"methods": "all"},
            "post_training_bias": {"methods": "all"},
        },
        **changes,
    }


@st.composite
def data_sets(draw: st.DrawFn) -> tuple[pd.DataFrame, bias.AnalysisConfig]:
    labels, positive, predictions = LABELS[draw(st.sampled_from(sorted(LABELS)))]
    facet, sensitive = FACETS[draw(st.sampled_from(sorted(FACETS)))]
    row = st.tuples(
        labels,
        predictions,
        facet,
        st.sampled_from(draw(st.sampled_from([["a", "b", "1", "1.0"], ["2", "7"], ["a", ""]]))),
        st.integers(0, 2).map(str),
        st.sampled_from(["0.1", "0.2", "-0.0", "0"]),
    )
    rows = draw(st.lists(row, min_size=6, max_size=40))
    columns = ["label", "prediction", "facet", "town", "x", "y"]
    named: dict[str, Any] = {"name_or_index": "facet", "value_or_threshold": sensitive}
    config = content(label_values_or_threshold=positive, facet=[named])
    if draw(st.booleans()):
        config["facet"].append({"name_or_index": "town"})
        config["group_variable"] = "x"
    return pd.DataFrame(rows, columns=columns, dtype=object), bias.AnalysisConfig.parse(config)


def measured(chunks: Any, config: bias.AnalysisConfig) -> Any:
    try:
        return bias.analyze(chunks, config)
    except CheckError as error:
        # Of several values that are no numbers, the first one is named.
        return str(error).split(" is no number")[0][:15]


@settings(deadline=None, max_examples=60)
@given(st.data(), data_sets(), st.sampled_from([3, 20_000]))
def test_result_depends_on_the_rows_alone(
    data: st.DataObject, given_data: tuple[pd.DataFrame, bias.AnalysisConfig], limit: int
) -> None:
    frame, config = given_data
    places = data.draw(st.permutations(range(len(frame))))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(frame)), max_size=4)))
    shuffled = frame.iloc[list(places)]
    chunks = [shuffled[a:b] for a, b in itertools.pairwise([0, *cuts, len(frame)])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(facets, "RowSample", lambda: RowSample(limit))
        assert measured(chunks, config) == measured(frame, config)


@pytest.mark.parametrize("given_as", ["list", "array", "text", "function"])
def test_predictions_are_those_of_each_chunk(given_as: str) -> None:
    frame = people(300)
    config = bias.AnalysisConfig.parse(content(predicted_label=None, facet=FACET))
    answers = np.random.default_rng(2).random(300)
    asked: list[list[str]] = []

    def predict(features: pd.DataFrame) -> Any:
        asked.append(list(features.columns))
        return answers[features.index]

    predictions: Any = {
        "list": answers.tolist(),
        "array": answers,
        "text": np.array([str(answer) for answer in answers], dtype=object),
        "function": predict,
    }[given_as]
    chunks = iter([frame[:100], frame[100:100], frame[100:250], frame[250:]])
    assert bias.analyze(chunks, config, predictions) == bias.analyze(frame, config, answers)
    if given_as == "function":
        assert asked == [["facet", "town", "x"]] * 3


def test_missing_predictions_are_counted_over_all_chunks() -> None:
    frame = people(30)
    config = bias.AnalysisConfig.parse(content(predicted_label=None, facet=FACET))
    for count in (15, 31):
        with pytest.raises(CheckError, match=f"there are {count} predictions for 30 rows"):
            bias.analyze(iter([frame[:10], frame[10:20], frame[20:]]), config, [0.7] * count)
    with pytest.raises(CheckError, match="there are 3 predictions for 10 rows"):
        bias.analyze(iter([frame[:10]]), config, lambda features: np.ones(3))


def test_gaps_are_counted_over_all_chunks() -> None:
    frame = people(30)
    frame.loc[[3, 17], "label"] = " "
    with pytest.raises(CheckError, match=r"2 of 30 rows have no label \('label'\)"):
        bias.analyze(iter([frame[:10], frame[10:]]), WITHOUT_MODEL)


FACET = [{"name_or_index": "facet", "value_or_threshold": ["1"]}]
WITHOUT_MODEL = bias.AnalysisConfig.parse(
    content(facet=FACET, methods={"pre_training_bias": {"methods": "all"}}, predicted_label=None)
)


def people(count: int, seed: int = 1) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "label": random.integers(0, 2, count).astype(str),
            "facet": random.integers(0, 2, count).astype(str),
            "town": random.integers(0, 5, count).astype(str),
            "x": random.random(count).round(6).astype(str),
        }
    )


def test_a_file_is_read_in_chunks_as_one_data_set(tmp_path: Path) -> None:
    frame = people(90)
    settings_ = {**content(facet=FACET, predicted_label=None), "headers": list(frame.columns)}
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for directory, cuts in ((whole, [0, 90]), (parts, [0, 20, 50, 90])):
        directory.mkdir()
        for start, end in itertools.pairwise(cuts):
            frame[start:end].to_csv(directory / f"{start:02}.csv", header=False, index=False)
    rows: list[int] = []

    def predict(features: pd.DataFrame) -> Any:
        rows.append(len(features))
        return features["x"].astype(float).to_numpy()

    found = kinds.Bias(parts, settings_, predict).analyze()
    assert rows == [20, 30, 40]
    assert found.constraints == kinds.Bias(whole, settings_, predict).analyze().constraints


def test_memory_does_not_grow_with_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facets, "RowSample", lambda: RowSample(200))
    monkeypatch.setattr(seen, "KEPT", 500)
    config = bias.AnalysisConfig.parse(content(predicted_label=None, facet=FACET))

    def peak(chunks: int) -> int:
        """Bytes, at the most, while the chunks are made one after the other."""

        def parts() -> Iterator[pd.DataFrame]:
            yield from (people(1000, seed) for seed in range(chunks))

        tracemalloc.start()
        try:
            bias.analyze(parts(), config, predict)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    def predict(features: pd.DataFrame) -> Any:
        return features["x"].astype(float).to_numpy()

    bias.analyze(people(100), config, predict)  # what is imported on first use
    assert peak(20) < 1.3 * peak(5)


def ages(count: int, of: int) -> pd.DataFrame:
    """Whole numbers, `of` of them different."""
    frame = people(count)
    frame["age"] = (np.arange(count) * 7 % of).astype(str)
    return frame


def test_beyond_the_bound_continuous_is_judged_by_an_estimate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    facet = [{"name_or_index": "age", "value_or_threshold": [1500]}]
    config = bias.AnalysisConfig.parse(
        content(
            facet=facet, predicted_label=None, methods={"pre_training_bias": {"methods": ["CI"]}}
        )
    )
    for count, different, written in ((30_000, 3000, "(1500, 2999]"), (90_000, 3000, "1500")):
        frame = ages(count, different)
        for kept in (seen.KEPT, 100):
            monkeypatch.setattr(seen, "KEPT", kept)
            chunks = iter([frame[: count // 3], frame[count // 3 :]])
            found = bias.analyze(chunks, config)["pre_training_bias_metrics"]["facets"]["age"]
            assert [each["value_or_threshold"] for each in found] == [written]
        monkeypatch.undo()


def test_too_many_values_of_a_facet_or_of_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "BOUND", 40)
    monkeypatch.setattr(facets, "BOUND", 40)
    pre = {"pre_training_bias": {"methods": ["CDDL", "CI"]}}
    words = people(2000)
    words["name"] = [f"n{index % 41}" for index in range(2000)]
    each = content(facet=[{"name_or_index": "name"}], predicted_label=None, methods=pre)
    with pytest.raises(CheckError, match="the facet 'name' has more than 40 different values"):
        bias.analyze(iter([words[:1000], words[1000:]]), bias.AnalysisConfig.parse(each))
    for group, facet in (("name", FACET), ("town", [{"name_or_index": "ten"}])):
        words["ten"] = [f"t{index % 10}" for index in range(2000)]
        config = content(facet=facet, predicted_label=None, methods=pre, group_variable=group)
        found = bias.analyze(iter([words[:1000], words[1000:]]), bias.AnalysisConfig.parse(config))[
            "pre_training_bias_metrics"
        ]["facets"]
        cddl, ci = next(iter(found.values()))[0]["metrics"]
        assert cddl["value"] is None
        assert f"the group variable {group!r} has too many different values" in cddl["error"]
        assert isinstance(ci["value"], float)
