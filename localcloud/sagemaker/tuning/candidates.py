"""The hyperparameters that a tuning job tries: drawn at random, or every combination. Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-how-it-works.html: grid search
takes categorical ranges only, and MaxNumberOfTrainingJobs, if given, must be the number of combinations.
https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-define-ranges.html: scaling.
Assumed: `Auto` is linear, and the same RandomSeed draws other values than AWS does.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from localcloud.errors import ValidationException

Candidate = dict[str, str]


def of(config: Mapping[str, Any]) -> tuple[Iterator[Candidate], int]:
    """The candidates of a HyperParameterTuningJobConfig, and how many there are.

    Raises ValidationException for ranges that cannot be searched so.
    """
    ranges = config.get("ParameterRanges") or {}
    limit = config["ResourceLimits"].get("MaxNumberOfTrainingJobs")
    _require_ranges(ranges)
    if config["Strategy"] == "Grid":
        return _grid(ranges, limit)
    if limit is None:
        raise ValidationException("MaxNumberOfTrainingJobs must be given for strategy Random")
    source = random.Random(config.get("RandomSeed"))
    return itertools.islice(_random(ranges, source), limit), int(limit)


def _grid(ranges: Mapping[str, Any], limit: int | None) -> tuple[Iterator[Candidate], int]:
    for member in ("IntegerParameterRanges", "ContinuousParameterRanges"):
        if ranges.get(member):
            raise ValidationException(
                f"Strategy Grid supports CategoricalParameterRanges only, not {member}"
            )
    categories = ranges.get("CategoricalParameterRanges") or []
    if not categories:
        raise ValidationException("Strategy Grid needs CategoricalParameterRanges")
    count = math.prod(len(entry["Values"]) for entry in categories)
    if limit is not None and limit != count:
        raise ValidationException(
            f"MaxNumberOfTrainingJobs must be the number of combinations, {count}, not {limit}"
        )
    names = [entry["Name"] for entry in categories]
    combinations = itertools.product(*(entry["Values"] for entry in categories))
    return (dict(zip(names, values, strict=True)) for values in combinations), count


def _random(ranges: Mapping[str, Any], source: random.Random) -> Iterator[Candidate]:
    while True:
        yield {
            **{
                entry["Name"]: str(round(_draw(entry, source, integer=True)))
                for entry in ranges.get("IntegerParameterRanges") or []
            },
            **{
                entry["Name"]: repr(_draw(entry, source, integer=False))
                for entry in ranges.get("ContinuousParameterRanges") or []
            },
            **{
                entry["Name"]: source.choice(entry["Values"])
                for entry in ranges.get("CategoricalParameterRanges") or []
            },
        }


def _draw(entry: Mapping[str, Any], source: random.Random, *, integer: bool) -> float:
    low, high = float(entry["MinValue"]), float(entry["MaxValue"])
    scaling = entry.get("ScalingType")
    if integer and scaling not in ("Logarithmic", "ReverseLogarithmic"):
        return source.randint(int(low), int(high))
    if scaling == "Logarithmic":
        drawn = math.exp(source.uniform(math.log(low), math.log(high)))
    elif scaling == "ReverseLogarithmic":
        drawn = 1 - math.exp(source.uniform(math.log(1 - high), math.log(1 - low)))
    else:
        drawn = source.uniform(low, high)
    return min(max(drawn, low), high)


def _require_ranges(ranges: Mapping[str, Any]) -> None:
    names: list[str] = []
    for member, kind in (("IntegerParameterRanges", int), ("ContinuousParameterRanges", float)):
        for entry in ranges.get(member) or []:
            names.append(entry["Name"])
            _require_bounds(entry, kind)
    names += [entry["Name"] for entry in ranges.get("CategoricalParameterRanges") or []]
    if len(names) != len(set(names)) or not names:
        raise ValidationException(
            f"ParameterRanges must name at least one hyperparameter, and each once: {names}"
        )


def _require_bounds(entry: Mapping[str, Any], kind: type[int] | type[float]) -> None:
    given = f"{entry['Name']} from {entry['MinValue']} to {entry['MaxValue']}"
    try:
        low, high = kind(entry["MinValue"]), kind(entry["MaxValue"])
    except ValueError as error:
        raise ValidationException(f"Range of {given}: not {kind.__name__} values") from error
    if low > high:
        raise ValidationException(f"Range of {given}: MinValue is greater than MaxValue")
    scaling = entry.get("ScalingType")
    if scaling == "Logarithmic" and low <= 0:
        raise ValidationException(f"Range of {given}: Logarithmic scaling needs values above 0")
    if scaling == "ReverseLogarithmic" and (kind is int or low < 0 or high >= 1):
        raise ValidationException(
            f"Range of {given}: ReverseLogarithmic scaling needs a continuous range in [0, 1)"
        )


def tuned_names(ranges: Mapping[str, Sequence[Mapping[str, Any]]]) -> set[str]:
    """The hyperparameters that a job tunes."""
    return {entry["Name"] for entries in ranges.values() for entry in entries or []}
