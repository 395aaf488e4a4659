"""What tuning jobs try."""

from __future__ import annotations

import math
from typing import Any

import pytest

from localcloud.errors import ValidationException
from localcloud.sagemaker.tuning import candidates

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-how-it-works.html"
)
DEPTH = {"Name": "max_depth", "MinValue": "2", "MaxValue": "5"}
ETA = {"Name": "eta", "MinValue": "0.001", "MaxValue": "1.0", "ScalingType": "Logarithmic"}
BOOSTER = {"Name": "booster", "Values": ["gbtree", "dart"]}
KIND = {"Name": "kind", "Values": ["a", "b", "c"]}


def config(strategy: str, limit: int | None = None, **ranges: Any) -> dict[str, Any]:
    limits: dict[str, Any] = {"MaxParallelTrainingJobs": 1}
    if limit is not None:
        limits["MaxNumberOfTrainingJobs"] = limit
    return {
        "Strategy": strategy,
        "ResourceLimits": limits,
        "ParameterRanges": {f"{name}ParameterRanges": value for name, value in ranges.items()},
    }


def drawn(**members: Any) -> list[dict[str, str]]:
    given = config("Random", 200, Integer=[DEPTH], Continuous=[ETA], Categorical=[BOOSTER])
    return list(candidates.of({**given, **members})[0])


def test_random_values_lie_in_their_ranges() -> None:
    tried = drawn(RandomSeed=1)
    assert len(tried) == 200
    assert {each["max_depth"] for each in tried} == {"2", "3", "4", "5"}
    assert {each["booster"] for each in tried} == {"gbtree", "dart"}
    rates = [float(each["eta"]) for each in tried]
    assert all(0.001 <= rate <= 1 for rate in rates)
    # On a logarithmic scale half of them lie below the geometric mean of the bounds.
    below = sum(rate < math.sqrt(0.001) for rate in rates)
    assert 70 < below < 130


def test_the_same_seed_draws_the_same_values() -> None:
    assert drawn(RandomSeed=7) == drawn(RandomSeed=7)
    assert drawn(RandomSeed=7) != drawn(RandomSeed=8)


def test_a_reverse_logarithmic_range_prefers_its_end() -> None:
    entry = {"Name": "m", "MinValue": "0", "MaxValue": "0.999", "ScalingType": "ReverseLogarithmic"}
    given = {**config("Random", 200, Continuous=[entry]), "RandomSeed": 1}
    values = [float(each["m"]) for each in candidates.of(given)[0]]
    assert all(0 <= value <= 0.999 for value in values)
    assert sum(value > 0.9 for value in values) > 100


@pytest.mark.parametrize("limit", [None, 6])
def test_grid_tries_every_combination_once(limit: int | None) -> None:
    tried, count = candidates.of(config("Grid", limit, Categorical=[BOOSTER, KIND]))
    assert count == 6
    every = [(each["booster"], each["kind"]) for each in tried]
    assert sorted(every) == sorted((b, k) for b in ("gbtree", "dart") for k in "abc")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (config("Grid", Categorical=[KIND], Integer=[DEPTH]), "CategoricalParameterRanges only"),
        (config("Grid", 4, Categorical=[KIND]), "the number of combinations, 3, not 4"),
        (config("Random", Integer=[DEPTH]), "MaxNumberOfTrainingJobs must be given"),
        (config("Random", 1), "at least one hyperparameter"),
        (config("Random", 1, Integer=[DEPTH, DEPTH]), "each once"),
        (config("Random", 1, Integer=[{**DEPTH, "MinValue": "x"}]), "not int values"),
        (config("Random", 1, Integer=[{**DEPTH, "MinValue": "9"}]), "is greater than MaxValue"),
        (config("Random", 1, Continuous=[{**ETA, "MinValue": "0"}]), "values above 0"),
        (
            config("Random", 1, Continuous=[{**ETA, "ScalingType": "ReverseLogarithmic"}]),
            r"in \[0, 1\)",
        ),
    ],
)
def test_ranges_that_cannot_be_searched_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationException, match=said):
        candidates.of(given)
