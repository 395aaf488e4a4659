"""The content of statistics.json."""

from __future__ import annotations

import json
import statistics as exact
import sys
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import pytest
from pipelines.checks.data_quality import DataSet, analyze
from pipelines.checks.data_quality.frequencies import EXACT_VALUES, LISTED_VALUES
from pipelines.checks.errors import CheckError

FeatureOf = Callable[[Sequence[str]], dict[str, Any]]


def test_a_numeric_column_has_model_monitors_keys_and_values(feature_of: FeatureOf) -> None:
    feature = feature_of(["1", "2.5", "", "4"])
    numeric = feature["numerical_statistics"]
    assert feature["name"] == "x"
    assert feature["inferred_type"] == "Fractional"
    assert feature["completeness"] == 0.75
    assert feature["data_type_counts"] == {"Integral": 2, "Fractional": 1, "String": 0}
    assert feature["distinct_estimate"] == 3
    assert numeric["common"] == {"num_present": 3, "num_missing": 1}
    assert numeric["mean"] == 2.5
    assert numeric["sum"] == 7.5
    assert numeric["std_dev"] == pytest.approx(exact.pstdev([1, 2.5, 4]))
    assert (numeric["min"], numeric["max"]) == (1.0, 4.0)
    sketch = numeric["distribution"]["kll"]["sketch"]
    assert sketch == {"parameters": {"c": 0.64, "k": 2048.0}, "data": [[1.0, 2.5, 4.0]]}


def test_ten_buckets_of_equal_width_the_last_with_its_upper_bound(feature_of: FeatureOf) -> None:
    feature = feature_of([str(number) for number in range(11)])
    buckets = feature["numerical_statistics"]["distribution"]["kll"]["buckets"]
    assert [bucket["lower_bound"] for bucket in buckets] == [float(n) for n in range(10)]
    assert [bucket["upper_bound"] for bucket in buckets] == [float(n) for n in range(1, 11)]
    assert [bucket["count"] for bucket in buckets] == [1.0] * 9 + [2.0]


def test_a_string_column_has_its_values_by_frequency(feature_of: FeatureOf) -> None:
    feature = feature_of(["M", "F", "M", "", "I", "F", "M"])
    assert feature["inferred_type"] == "String"
    assert feature["string_statistics"] == {
        "common": {"num_present": 6, "num_missing": 1},
        "distinct_count": 3,
        "distribution": {
            "categorical": {
                "buckets": [
                    {"value": "M", "count": 3},
                    {"value": "F", "count": 2},
                    {"value": "I", "count": 1},
                ]
            }
        },
    }


def test_the_data_set_has_its_rows_and_columns_in_order() -> None:
    chunks = [pd.DataFrame({"b": ["1"], "a": ["x"]}), pd.DataFrame({"b": ["2"], "a": ["y"]})]
    found = analyze(chunks)
    assert found["version"] == 0.0
    assert found["dataset"] == {"item_count": 2}
    assert [feature["name"] for feature in found["features"]] == ["b", "a"]


def test_one_row(feature_of: FeatureOf) -> None:
    numeric = feature_of(["3"])["numerical_statistics"]
    assert (numeric["mean"], numeric["std_dev"], numeric["min"], numeric["max"]) == (3, 0, 3, 3)


def test_a_constant_column_is_in_the_last_bucket(feature_of: FeatureOf) -> None:
    kll = feature_of(["5"] * 20)["numerical_statistics"]["distribution"]["kll"]
    assert [bucket["count"] for bucket in kll["buckets"]] == [0.0] * 9 + [20.0]
    assert {bucket["lower_bound"] for bucket in kll["buckets"]} == {5.0}


def test_a_column_without_values_is_unknown(feature_of: FeatureOf) -> None:
    feature = feature_of(["", "NaN", "NA"])
    assert feature["inferred_type"] == "Unknown"
    assert feature["completeness"] == 0.0
    assert feature["string_statistics"]["common"] == {"num_present": 0, "num_missing": 3}


def test_infinite_values_are_counted_beside_the_numbers(feature_of: FeatureOf) -> None:
    feature = feature_of(["1", "3", "inf", "-inf", "1e999"])
    assert feature["inferred_type"] == "Fractional"
    assert feature["infinite_counts"] == {"negative": 1, "positive": 2}
    assert feature["numerical_statistics"]["common"]["num_present"] == 5
    assert feature["numerical_statistics"]["mean"] == 2.0
    assert feature["numerical_statistics"]["max"] == 3.0


def test_infinite_values_alone_have_no_moments(feature_of: FeatureOf) -> None:
    feature = feature_of(["inf", "inf"])
    assert feature["numerical_statistics"] == {"common": {"num_present": 2, "num_missing": 0}}


@pytest.mark.parametrize(
    "texts",
    [
        ["inf", "nan", "1"],
        ["1.7e308", "1.7e308", "-1.7e308"],
        ["1e308"] * 30,
        ["5e-324", "-0.0"],
        ["123456789012345678901234567890"],
    ],
)
def test_json_has_no_word_for_infinity_or_nan(feature_of: FeatureOf, texts: list[str]) -> None:
    json.dumps(feature_of(texts), allow_nan=False)


def test_a_sum_beyond_the_largest_double_is_the_largest_double(feature_of: FeatureOf) -> None:
    numeric = feature_of(["1.5e308", "1.5e308"])["numerical_statistics"]
    assert numeric["sum"] == sys.float_info.max
    assert numeric["mean"] == pytest.approx(1.5e308)
    assert numeric["std_dev"] == pytest.approx(0.0, abs=1e295)


def test_wide_integers_are_integral_and_the_nearest_double(feature_of: FeatureOf) -> None:
    feature = feature_of(["12345678901234567890", "12345678901234567890"])
    assert feature["inferred_type"] == "Integral"
    assert feature["numerical_statistics"]["max"] == 12345678901234567890.0


def test_the_negative_zero_is_zero(feature_of: FeatureOf) -> None:
    feature = feature_of(["-0.0", "0.0"])
    assert feature["distinct_estimate"] == 1
    text = json.dumps(feature)
    assert "-0.0" not in text


def test_the_variance_far_from_zero_is_not_lost(feature_of: FeatureOf) -> None:
    numeric = feature_of([str(10**12 + n) for n in (4, 7, 13, 16)])["numerical_statistics"]
    assert numeric["std_dev"] == pytest.approx(exact.pstdev([4, 7, 13, 16]), rel=1e-6)


def test_one_text_makes_a_column_a_string_that_keeps_its_numbers(feature_of: FeatureOf) -> None:
    feature = feature_of(["1", "2", "2", "?"])
    assert feature["inferred_type"] == "String"
    assert feature["numeric_part"]["mean"] == pytest.approx(5 / 3)
    assert feature["numeric_part"]["common"] == {"num_present": 3, "num_missing": 0}
    buckets = feature["string_statistics"]["distribution"]["categorical"]["buckets"]
    assert buckets[0] == {"value": "2", "count": 2}


def test_of_too_many_values_the_frequent_ones_are_kept(feature_of: FeatureOf) -> None:
    rare = [f"id-{n}" for n in range(20_000)]
    feature = feature_of([*rare, *["often"] * 5000])
    categorical = feature["string_statistics"]["distribution"]["categorical"]
    assert categorical["approximate"] is True
    first = categorical["buckets"][0]
    assert first["value"] == "often"
    assert abs(first["count"] - 5000) <= categorical["maximum_error"] < 50
    assert len(categorical["buckets"]) <= LISTED_VALUES
    assert feature["string_statistics"]["distinct_count"] == pytest.approx(20_001, rel=0.1)


def test_as_many_values_as_are_counted_exactly(feature_of: FeatureOf) -> None:
    categorical = feature_of([f"id-{n}" for n in range(EXACT_VALUES)])["string_statistics"]
    assert categorical["distinct_count"] == EXACT_VALUES
    assert "approximate" not in categorical["distribution"]["categorical"]


def test_numbers_of_a_string_that_are_too_many_are_said_to_be_unlisted(
    feature_of: FeatureOf,
) -> None:
    feature = feature_of([*[str(n) for n in range(EXACT_VALUES + 1)], "?"])
    categorical = feature["string_statistics"]["distribution"]["categorical"]
    assert categorical["buckets"] == [{"value": "?", "count": 1}]
    assert categorical["maximum_error"] == EXACT_VALUES + 1


@pytest.mark.parametrize("chunks", [[], [pd.DataFrame({"x": []})]])
def test_no_rows(chunks: list[pd.DataFrame]) -> None:
    with pytest.raises(CheckError, match="no rows"):
        analyze(chunks)


def test_two_columns_of_one_name() -> None:
    with pytest.raises(CheckError, match="columns of the same name: a; rename"):
        analyze([pd.DataFrame([["1", "2"]], columns=["a", "a"])])


def test_parts_with_other_columns() -> None:
    data = DataSet()
    data.add(pd.DataFrame({"a": ["1"]}))
    with pytest.raises(CheckError, match="has the columns b; those before it have a"):
        data.add(pd.DataFrame({"b": ["1"]}))
