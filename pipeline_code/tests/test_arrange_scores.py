"""The script that puts scores into the form of the baseline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pipelines.batch_scoring import arrange_scores

COLUMNS = ["rings", "length", "sex_F"]


def place(base_dir: Path, scores: dict[str, str], constraints: str | None = None) -> None:
    """The job's inputs."""
    inputs = base_dir / "processing" / "input"
    (inputs / "baseline").mkdir(parents=True)
    given = constraints or json.dumps({"features": [{"name": name} for name in COLUMNS]})
    (inputs / "baseline" / "constraints.json").write_text(given)
    (inputs / "scores").mkdir()
    for name, text in scores.items():
        path = inputs / "scores" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def arrange(base_dir: Path) -> int:
    return arrange_scores.main(["--base-dir", str(base_dir)])


def written(base_dir: Path, name: str) -> str:
    return (base_dir / "processing" / name).read_text()


def test_the_prediction_takes_the_place_of_the_label(tmp_path: Path) -> None:
    place(tmp_path, {"b/2.csv.out": "0.5,0,8.25\n", "1.csv.out": "0.4,1,9.5\n,0,7\n"})
    assert arrange(tmp_path) == 0
    assert written(tmp_path, "check_data/scores.csv").splitlines() == [
        "rings,length,sex_F",
        "9.5,0.4,1",
        "7,,0",
        "8.25,0.5,0",
    ]
    assert json.loads(written(tmp_path, "summary/summary.json")) == {"rows": 3, "files": 2}


def test_only_the_first_column_is_not_compared(tmp_path: Path) -> None:
    features = [{"name": name, "inferred_type": "Integral", "completeness": 1} for name in COLUMNS]
    given = {"version": 0.0, "features": features, "monitoring_config": {"emit_metrics": "Enabled"}}
    place(tmp_path, {"1.out": "1,1,1\n"}, json.dumps(given))
    assert arrange(tmp_path) == 0
    disabled = {"monitoring_config_overrides": {"evaluate_constraints": "Disabled"}}
    assert json.loads(written(tmp_path, "check_baseline/constraints.json")) == {
        **given,
        "features": [{**features[0], **disabled}, *features[1:]],
    }


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ({}, "the transform job wrote no scores"),
        ({"1.out": "\n"}, "the scores have no rows"),
        (
            {"1.out": "1,1,2\n1,1\n"},
            "1.out, row 2: 2 columns, of which the prediction is the last; "
            "2 features and a prediction are needed: length, sex_F",
        ),
        ({"1.out": "1,1,nan\n"}, "1.out, row 1: the prediction is 'nan', no finite number"),
        ({"1.out": "1,1,yes\n"}, "1.out, row 1: the prediction is 'yes', no finite number"),
    ],
)
def test_scores_that_cannot_be_checked_end_in_one_line(
    tmp_path: Path, scores: dict[str, str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    place(tmp_path, scores)
    assert arrange(tmp_path) == 1
    assert (tmp_path / "output" / "message").read_text() == message
    assert capsys.readouterr().err == f"arrange_scores.py: {message}\n"


@pytest.mark.parametrize("constraints", ["{", "{}", '{"features": [{"name": "rings"}]}', "[]"])
def test_a_baseline_that_is_none_is_refused(tmp_path: Path, constraints: str) -> None:
    place(tmp_path, {"1.out": "1,1,1\n"}, constraints)
    assert arrange(tmp_path) == 1
    assert (tmp_path / "output" / "message").read_text().startswith("constraints.json of the live ")
