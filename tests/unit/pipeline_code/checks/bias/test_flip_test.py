"""The flip test against a plain search for neighbours, and on a sample."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pipelines.checks import bias
from pipelines.checks.bias import facets
from pipelines.checks.bias.flip_test import Rows, flip_test
from pipelines.checks.bias.row_sample import RowSample


def plain(features: NDArray[Any], sensitive: NDArray[Any], predicted: NDArray[Any]) -> float:
    """By the definition: every distance, and the nearest five."""
    others, own = features[~sensitive], features[sensitive]
    said = predicted[~sensitive]
    flips = 0
    for row, answer in zip(own, predicted[sensitive], strict=True):
        distances = ((others - row) ** 2).sum(axis=1)
        nearest = np.argsort(distances, kind="stable")[: 5 if len(others) >= 10 else 1]
        voted = said[nearest].sum() * 2 > len(nearest)
        flips += int(answer and not voted) - int(voted and not answer)
    return flips / len(own)


def rows(features: NDArray[Any], predicted: NDArray[Any], copies: int = 1) -> Rows:
    return Rows(features, predicted, np.full(len(features), copies, dtype=np.int64))


@settings(deadline=None)
@given(
    st.integers(0, 10_000),
    st.integers(2, 60),
    st.sampled_from(["plain", "one-hot", "one-hot of the others", "constant", "all constant"]),
)
def test_it_is_what_a_plain_search_finds(seed: int, count: int, kind: str) -> None:
    random = np.random.default_rng(seed)
    features = random.normal(size=(count, 3))
    sensitive = random.random(count) < 0.5
    sensitive[:2] = True, False
    predicted = random.random(count) < 0.5
    categories = random.integers(0, 4, count)
    if kind == "one-hot":
        # The other categories of the facet: the sensitive rows have none of them.
        categories[sensitive] = 4
        features = np.hstack([features, np.eye(5)[categories] * [1, 2, 3, 4, 0]])
    elif kind == "one-hot of the others":
        categories[~sensitive] = 4
        features = np.hstack([features, np.eye(5)[categories]])
    elif kind == "constant":
        features[:, 1] = 0.25
    elif kind == "all constant":
        features = np.hstack([np.zeros((count, 1)), np.where(sensitive, 0, 1)[:, None]])
        predicted[~sensitive] = predicted[0]  # all are neighbours: any five of them
    found, _ = flip_test(
        rows(features[sensitive], predicted[sensitive]),
        rows(features[~sensitive], predicted[~sensitive]),
    )
    assert found == plain(features, sensitive, predicted)


@given(st.integers(0, 10_000))
@settings(deadline=None)
def test_rows_that_are_alike_count_as_often_as_they_occur(seed: int) -> None:
    random = np.random.default_rng(seed)
    features = random.normal(size=(40, 2))
    sensitive = np.arange(40) < 15
    predicted = random.random(40) < 0.5
    counts = random.integers(1, 4, 40)
    once = [Rows(features[side], predicted[side], counts[side]) for side in (sensitive, ~sensitive)]
    places = random.permutation(np.repeat(np.arange(40), counts))
    repeated = [
        rows(features[places][side], predicted[places][side])
        for side in (sensitive[places], ~sensitive[places])
    ]
    assert flip_test(*once) == flip_test(*repeated)
    assert flip_test(*once)[0] == plain(features[places], sensitive[places], predicted[places])


def test_more_alike_rows_than_are_asked_vote_by_their_mean() -> None:
    own = rows(np.zeros((1, 1)), np.array([True]))
    for positives, flips in ((4, 1.0), (5, 1.0), (6, 0.0)):
        same = rows(np.zeros((10, 1)), np.arange(10) < positives)
        far = rows(np.ones((10, 1)), np.arange(10) < 10 - positives)
        others = Rows(
            *(np.concatenate(each) for each in zip(*map(_parts, (same, far)), strict=True))
        )
        assert flip_test(own, others)[0] == flips


def _parts(given_rows: Rows) -> tuple[NDArray[Any], ...]:
    return given_rows.features, given_rows.predicted, given_rows.counts


def test_a_sample_is_a_fair_one_and_knows_its_error() -> None:
    """Over 200 data sets, the estimates differ from the exact values as the error says."""
    scores = []
    for seed in range(200):
        random = np.random.default_rng(seed)
        features = random.normal(size=(1000, 2))
        strata = (random.random(1000) < 0.9).astype(np.int64)
        codes = (random.random(1000) < 0.5 + 0.2 * features[:, 0]).astype(np.int64)
        values = []
        for limit in (1000, 150):
            sample = RowSample(limit)
            for start in range(0, 1000, 300):
                part = slice(start, start + 300)
                sample.add(features[part], strata[part], codes[part])
            own, others = sample.sides(np.array([1]))
            assert own.complete == (limit == 1000)
            assert others.complete  # about 100 rows
            made = (Rows(each.features, each.codes == 1, each.counts) for each in (own, others))
            values.append(flip_test(*made))
        (exact, _), (estimate, error) = values
        share = 1 - 150 / int((strata == 1).sum())
        scores.append((estimate - exact) / (error * math.sqrt(share)))
    assert abs(np.mean(scores)) < 4 / math.sqrt(200)
    assert 0.8 < np.std(scores) < 1.2


def test_a_sample_counts_every_copy_of_what_it_keeps() -> None:
    random = np.random.default_rng(3)
    features = random.integers(0, 40, size=(5000, 1)).astype(float)
    strata = random.integers(0, 2, 5000)
    sample = RowSample(10)
    for start in range(0, 5000, 700):
        part = slice(start, start + 700)
        sample.add(features[part], strata[part], np.zeros(len(strata[part]), dtype=np.int64))
    for stratum, side in zip((1, 0), sample.sides(np.array([1])), strict=True):
        assert len(side.counts) == 10
        assert not side.complete
        for value, count in zip(side.features[:, 0], side.counts, strict=True):
            assert count == ((features[:, 0] == value) & (strata == stratum)).sum()


def test_many_strata_share_the_room() -> None:
    random = np.random.default_rng(4)
    sample = RowSample(30)
    strata = random.integers(0, 12, 4000)
    sample.add(random.normal(size=(4000, 2)), strata, np.zeros(4000, dtype=np.int64))
    own, others = sample.sides(np.array([5]))
    assert len(own.counts) == 10
    # Of the eleven others together, the smallest hashes: within the limit, and from each of them.
    assert len(others.counts) == 30


def test_small_strata_get_no_more_than_their_share() -> None:
    random = np.random.default_rng(6)
    sample = RowSample(30)
    # A stratum of 5,000 rows, of which ten are kept, and eleven of 5 rows each, kept as they are.
    strata = np.concatenate([np.zeros(5000, dtype=np.int64), np.repeat(np.arange(1, 12), 5)])
    features = np.column_stack([strata, random.normal(size=len(strata))])
    sample.add(features, strata, np.zeros(len(strata), dtype=np.int64))
    _, others = sample.sides(np.array([11]))
    assert not others.complete
    assert (others.features[:, 0] == 0).sum() == 10
    # Fifty of 5,050 rows: of some ten, a tenth of a row is to be expected.
    assert (others.features[:, 0] > 0).sum() <= 2


def test_an_estimate_says_so_in_its_description(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "label": random.integers(0, 2, 400).astype(str),
            "sex": np.where(np.arange(400) < 100, "F", "M"),
            "x": random.random(400).astype(str),
        }
    )
    config = bias.AnalysisConfig.parse(
        {
            "label": "label",
            "label_values_or_threshold": [1],
            "facet": [{"name_or_index": "sex", "value_or_threshold": ["F"]}],
            "methods": {"post_training_bias": {"methods": ["FT"]}},
        }
    )
    answers = random.random(400)

    def entry() -> dict[str, Any]:
        analysis = bias.analyze(frame, config, answers)
        (metric,) = analysis["post_training_bias_metrics"]["facets"]["sex"][0]["metrics"]
        assert metric["description"] in bias.report_page(analysis, None, [])
        return dict(metric)

    assert entry()["description"] == "Flip Test (FT)"
    monkeypatch.setattr(facets, "RowSample", lambda: RowSample(150))
    assert entry()["description"] == (
        "Flip Test (FT), estimated from 100 of 100 rows and 150 of the 300 others"
    )
    monkeypatch.setattr(facets, "RowSample", lambda: RowSample(50))
    found = entry()
    start = (
        "Flip Test (FT), estimated from 50 of 100 rows and 50 of the 300 others, standard error 0."
    )
    assert found["description"].startswith(start)
    assert set(found) == {"name", "description", "value"}
