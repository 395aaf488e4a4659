"""What is refused, and what is said then."""

from __future__ import annotations

import pandas as pd
import pytest
from pipelines.checks import model_quality
from pipelines.checks.errors import CheckError


def _refused(problem_type: str, rows: list[tuple[str, ...]], **attributes: str) -> str:
    frame = pd.DataFrame(rows, columns=["p", "y", "s"][: len(rows[0])] if rows else ["p", "y"])
    named = {"inference_attribute": "p", "ground_truth_attribute": "y", **attributes}
    with pytest.raises(CheckError) as raised:
        model_quality.analyze([frame[:1], frame[1:]], problem_type, **named)  # type: ignore[arg-type]
    return str(raised.value)


@pytest.mark.parametrize(
    ("problem_type", "rows", "said"),
    [
        ("Regression", [("1", "1"), ("", "2")], "row 2 has no prediction in 'p' (1 of 1 rows)"),
        ("Regression", [("1", "1"), ("2", " ")], "row 2 has no label in 'y'"),
        ("Regression", [("1", "1"), ("many", "2")], "row 2 has the prediction 'many' in 'p'"),
        ("Regression", [("inf", "1")], "which is not a finite number"),
        ("Regression", [], "the data have no rows"),
        ("BinaryClassification", [("1", "1"), ("0", "1")], "all 2 labels are '1'"),
        ("MulticlassClassification", [("b", "a"), ("a", "a")], "all 2 labels are 'a'"),
        (
            "BinaryClassification",
            [("a", "a"), ("b", "b"), ("c", "c")],
            "take the problem type MulticlassClassification",
        ),
        (
            "BinaryClassification",
            [("0.73", "1"), ("0.2", "0")],
            "is none of the labels '0' and '1': name a column of probabilities",
        ),
        ("Ranking", [("1", "1")], "'Ranking' is none of Regression, BinaryClassification"),
    ],
)
def test_bad_data(problem_type: str, rows: list[tuple[str, ...]], said: str) -> None:
    assert said in _refused(problem_type, rows)


def test_a_column_that_is_not_there() -> None:
    said = _refused("Regression", [("1", "1")], inference_attribute="score")
    assert said == "the data have no column 'score' for the prediction; they have p, y"


def test_a_margin_is_no_probability() -> None:
    rows = [("1", "1", "2.4"), ("0", "0", "-1")]
    said = _refused("BinaryClassification", rows, probability_attribute="s")
    assert "row 1 has 2.4 in 's', which is no probability" in said


def test_probabilities_alone_need_labels_0_and_1() -> None:
    rows = [("1", "yes", "0.4"), ("0", "no", "0.6")]
    said = _refused("BinaryClassification", rows, inference_attribute="", probability_attribute="s")
    assert "they have to be 0 and 1" in said


def test_predictions_have_to_come_from_somewhere() -> None:
    said = _refused("Regression", [("1", "1", "1")], inference_attribute="")
    assert said.startswith("no column of predictions: set inference_attribute")


def test_probabilities_are_not_classes() -> None:
    rows = [(str(index / 1000), str(index % 3)) for index in range(500)]
    said = _refused("MulticlassClassification", rows)
    assert said.startswith("more than 200 classes among labels and predictions")
