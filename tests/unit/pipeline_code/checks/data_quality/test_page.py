"""The report for a person."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from pipelines.checks.data_quality import compare, report_page, suggest_constraints

StatisticsOf = Callable[..., dict[str, Any]]


def columns(count: int, shift: float) -> dict[str, Sequence[str]]:
    rng = np.random.default_rng(1)
    return {
        f"column {n}": [f"{number:.4f}" for number in rng.normal(shift, 1, 500)]
        for n in range(count)
    }


def test_thirty_columns_make_less_than_300_kb(statistics_of: StatisticsOf) -> None:
    baseline, new = statistics_of(**columns(30, 0)), statistics_of(**columns(30, 0.5))
    page = report_page(new, baseline, compare(new, baseline, suggest_constraints(baseline)))
    assert page.count("<svg") == 30
    assert len(page.encode()) < 300_000


def test_a_page_with_everything(statistics_of: StatisticsOf) -> None:
    baseline = statistics_of(
        number=["1"] * 300, sex=["M", "F"] * 150, gone=["1"] * 300, nothing=[""] * 300
    )
    new = statistics_of(
        number=["2"] * 299 + ["inf"],
        sex=["M", "N"] * 150,
        extra=["<b>&$x$"] * 300,
        nothing=[""] * 300,
    )
    found = compare(new, baseline, suggest_constraints(baseline))
    page = report_page(new, baseline, found)
    for violation in found:
        assert violation.entry["constraint_check_type"] in page
    assert "300 rows differ too much from the baseline: 6 violations." in page
    assert "gone" in page and "<b>" not in page
    assert page.count("<svg") == 3
    for part in page.split("<svg")[1:]:
        ET.fromstring("<svg" + part[: part.index("</svg>")] + "</svg>")


def test_without_a_baseline(statistics_of: StatisticsOf) -> None:
    page = report_page(statistics_of(x=["1", "2.5"], y=["a", "b"]), None, [])
    assert "2 rows were analyzed; there was no baseline to compare them with." in page
    assert "In brackets" not in page and "distance" not in page
    assert page.count("<svg") == 2


def test_without_violations(statistics_of: StatisticsOf) -> None:
    statistics = statistics_of(x=["1", "2.5"])
    page = report_page(statistics, statistics, [])
    assert "2 rows, without a violation of the baseline." in page
    assert "1.75 (1.75)" in page


def test_only_infinite_values(statistics_of: StatisticsOf) -> None:
    assert "<svg" in report_page(statistics_of(x=["inf", "-inf"]), None, [])


def test_the_same_data_makes_the_same_page(statistics_of: StatisticsOf) -> None:
    statistics = statistics_of(x=["1", "2.5"], y=["a", "b"])
    assert report_page(statistics, statistics, []) == report_page(statistics, statistics, [])


def test_of_very_many_columns_some_are_drawn(statistics_of: StatisticsOf) -> None:
    statistics = statistics_of(**{f"c{n}": ["1", "2"] for n in range(62)})
    page = report_page(statistics, None, [])
    assert page.count("<svg") == 60
    assert "60 of 62 columns" in page
