"""`preprocess.py` on small synthetic data, good and bad."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import synthetic
from pipelines.abalone import preprocess
from scripts import run_preprocess

GOOD_ROW = "M,0.455,0.365,0.095,0.514,0.2245,0.101,0.15,15"


def test_preprocess_divides_all_rows_and_encodes_them(tmp_path: Path) -> None:
    synthetic.write_data(tmp_path, synthetic.rows(240))
    splits = run_preprocess(tmp_path)
    assert {name: len(rows) for name, rows in splits.items()} == {
        "train": 168,
        "validation": 36,
        "test": 36,
    }
    every = np.concatenate(list(splits.values()))
    assert sorted(every[:, 0]) == sorted(int(r.rpartition(",")[2]) for r in synthetic.rows(240))
    assert every.shape[1] == 1 + len(preprocess.MEASUREMENTS) + len(preprocess.SEXES)
    assert (every[:, -3:].sum(axis=1) == 1).all()
    lengths = sorted(float(line.split(",")[1]) for line in synthetic.rows(240))
    assert np.allclose(sorted(every[:, 1]), lengths)


def test_preprocess_gives_the_same_files_twice(tmp_path: Path) -> None:
    for name in ("one", "two"):
        synthetic.write_data(tmp_path / name, synthetic.rows())
        run_preprocess(tmp_path / name)
    for path in (tmp_path / "one" / "processing").glob("*/*.*"):
        assert path.read_bytes() == Path(str(path).replace("/one/", "/two/")).read_bytes()


def test_preprocess_imputes_a_missing_measurement(tmp_path: Path) -> None:
    lines = synthetic.rows(60)
    for row, gap in enumerate(["", "NA", "NaN", "nan"]):
        values = lines[row].split(",")
        lines[row] = ",".join([*values[:3], gap, *values[4:]])
    synthetic.write_data(tmp_path, lines)
    every = np.concatenate(list(run_preprocess(tmp_path).values()))
    assert np.isfinite(every).all()
    assert len(every) == 60


def test_preprocess_describes_the_features_it_made(tmp_path: Path) -> None:
    synthetic.write_data(tmp_path, synthetic.rows())
    splits = run_preprocess(tmp_path)
    path = tmp_path / "processing" / "features" / "features.json"
    features = json.loads(path.read_text())["features"]
    length = features[0]
    assert length == {"name": "length", "imputed": np.median(splits["train"][:, 1])}
    assert [feature["name"] for feature in features[-3:]] == ["sex_F", "sex_I", "sex_M"]


def test_data_checks_see_what_is_missing(tmp_path: Path) -> None:
    lines = synthetic.rows(60)
    lines = [",".join([*line.split(",")[:3], "", *line.split(",")[4:]]) for line in lines[:30]]
    synthetic.write_data(tmp_path, lines + synthetic.rows(60)[30:])
    splits = run_preprocess(tmp_path)
    header, *rows = (tmp_path / "processing" / "quality" / "quality.csv").read_text().splitlines()
    assert header == (
        "rings,length,diameter,height,whole_weight,shucked_weight,viscera_weight,shell_weight,"
        "sex_F,sex_I,sex_M"
    )
    assert len(rows) == len(splits["train"])
    assert 0 < sum(row.split(",")[3] == "" for row in rows) < len(rows)


def test_each_training_instance_gets_a_file_of_its_own(tmp_path: Path) -> None:
    synthetic.write_data(tmp_path, synthetic.rows())
    assert preprocess.main(["--base-dir", str(tmp_path), "--shards", "3"]) == 0
    processing = tmp_path / "processing"
    names = {
        split: sorted(path.name for path in (processing / split).iterdir())
        for split in ("train", "validation", "test")
    }
    assert names == {
        "train": [f"train-0000{number}.csv" for number in range(3)],
        "validation": [f"validation-0000{number}.csv" for number in range(3)],
        "test": ["test.csv"],
    }
    sizes = [len(path.read_text().splitlines()) for path in (processing / "train").iterdir()]
    assert sum(sizes) == 168
    assert max(sizes) - min(sizes) <= 1


def test_preprocess_reads_several_files_and_only_csv(tmp_path: Path) -> None:
    lines = synthetic.rows(60)
    synthetic.write_data(tmp_path, lines[:30], "part-1.csv")
    synthetic.write_data(tmp_path, lines[30:], "part-2.csv")
    synthetic.write_data(tmp_path, ["notes"], "abalone.csv.bak")
    assert sum(len(rows) for rows in run_preprocess(tmp_path).values()) == 60


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "abalone.csv: the file is empty; rows of 9 columns without a header are needed"),
        (["", ""], "abalone.csv: the file is empty; rows of 9 columns without a header are needed"),
        (
            [GOOD_ROW, "M,0.455,0.365,15"],
            "abalone.csv, row 2: 4 columns; 9 are needed: sex, length, diameter, height, "
            "whole_weight, shucked_weight, viscera_weight, shell_weight, rings",
        ),
        (
            [GOOD_ROW, GOOD_ROW, GOOD_ROW.replace("M", "X")],
            "abalone.csv, row 3: sex is 'X'; allowed are F, I, M",
        ),
        (
            [GOOD_ROW, GOOD_ROW.replace("M", "")],
            "abalone.csv, row 2: sex is missing; allowed are F, I, M",
        ),
        (
            [GOOD_ROW, GOOD_ROW.removesuffix("15")],
            "abalone.csv, row 2: rings is missing; the label is needed in every row, "
            "a finite number",
        ),
        (
            ["", GOOD_ROW.replace("0.365", "wide")],
            "abalone.csv, row 2: diameter is 'wide'; a finite number is needed",
        ),
        (
            [GOOD_ROW.replace("15", "old")],
            "abalone.csv, row 1: shell_weight is '0.old'; a finite number is needed",
        ),
        (
            [GOOD_ROW.removesuffix("15") + "inf"],
            "abalone.csv, row 1: rings is 'inf'; a finite number is needed",
        ),
        ([GOOD_ROW] * 9, "abalone.csv: 9 rows; at least 10 are needed"),
        (
            [GOOD_ROW.replace("0.095", "")] * 20,
            "height is missing in all 14 rows of the train split that its median is taken from",
        ),
        (
            [GOOD_ROW + "\0"],
            "abalone.csv, row 1: rings is '15\\x00'; a finite number is needed",
        ),
    ],
)
def test_preprocess_refuses_bad_data_with_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: list[str], message: str
) -> None:
    synthetic.write_data(tmp_path, lines)
    assert preprocess.main(["--base-dir", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"preprocess.py: {message}\n"
    assert (tmp_path / "output" / "message").read_text() == message
    assert not (tmp_path / "processing" / "train").exists()


def test_preprocess_refuses_a_file_that_is_no_text(tmp_path: Path) -> None:
    synthetic.write_data(tmp_path, []).write_bytes(b"\x89PNG\r\n\x1a\n")
    assert preprocess.main(["--base-dir", str(tmp_path)]) == 1
    message = (tmp_path / "output" / "message").read_text()
    assert message.startswith("abalone.csv: not a CSV file in UTF-8 (")


def test_preprocess_refuses_a_missing_file(tmp_path: Path) -> None:
    synthetic.write_data(tmp_path, [], "abalone.parquet")
    assert preprocess.main(["--base-dir", str(tmp_path)]) == 1
    message = (tmp_path / "output" / "message").read_text()
    assert message.startswith("no file named *.csv in ")
    assert message.endswith("; found: abalone.parquet")


def test_preprocess_message_fits_in_the_exit_message(tmp_path: Path) -> None:
    preprocess.report_failure("ö" * 2000, tmp_path / "output")
    written = (tmp_path / "output" / "message").read_bytes()
    assert written.decode() == "ö" * 512
