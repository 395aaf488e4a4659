"""`preprocess.py` as a stream: nothing depends on the batches, and memory not on the rows."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import synthetic
from pipelines.abalone import preprocess
from scripts import run_preprocess


def outputs(base_dir: Path) -> dict[str, str]:
    processing = base_dir / "processing"
    return {
        str(path.relative_to(processing)): path.read_text() for path in processing.glob("*/*.*")
    }


def with_gaps(lines: list[str]) -> list[str]:
    """Every third row lacks its height, and every fifth is not in the usual form."""
    made = []
    for number, line in enumerate(lines):
        values = line.split(",")
        if number % 3 == 0:
            values[3] = ["", "NA"][number % 2]
        made.append((", " if number % 5 == 0 else ",").join(values))
    return made


@pytest.mark.parametrize("characters", [1, 70, 999, 4096])
def test_the_size_of_a_batch_changes_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, characters: int
) -> None:
    lines = with_gaps(synthetic.rows(333))
    for name in ("whole", "parts"):
        synthetic.write_data(tmp_path / name, lines[:100], "a.csv")
        synthetic.write_data(tmp_path / name, lines[100:], "b.csv")
    arguments = ["--shards", "3", "--base-dir"]
    monkeypatch.setattr(preprocess, "SAMPLE_ROWS", 40)
    assert preprocess.main([*arguments, str(tmp_path / "whole")]) == 0
    monkeypatch.setattr(preprocess, "BATCH_CHARACTERS", characters)
    assert preprocess.main([*arguments, str(tmp_path / "parts")]) == 0
    assert outputs(tmp_path / "parts") == outputs(tmp_path / "whole")


def test_rows_in_several_files_give_what_they_give_in_one(tmp_path: Path) -> None:
    lines = with_gaps(synthetic.rows(133))
    synthetic.write_data(tmp_path / "one", lines)
    for number, start in enumerate(range(0, 133, 19)):
        synthetic.write_data(tmp_path / "several", lines[start : start + 19], f"{number}.csv")
    for name in ("one", "several"):
        run_preprocess(tmp_path / name)
    assert outputs(tmp_path / "one") == outputs(tmp_path / "several")


@pytest.mark.parametrize("count", [*range(10, 31), 99, 1000])
def test_the_shares_are_exact(tmp_path: Path, count: int) -> None:
    synthetic.write_data(tmp_path, synthetic.rows(count))
    sizes = {name: len(rows) for name, rows in run_preprocess(tmp_path).items()}
    held_out = round(count * 0.15)
    assert held_out > 0
    assert sizes == {"train": count - 2 * held_out, "validation": held_out, "test": held_out}


def test_a_row_has_the_same_chance_wherever_it_stands(tmp_path: Path) -> None:
    count = 40_000
    lines = [f"M,0.{n + 100_000},0.1,0.1,0.1,0.1,0.1,0.1,9" for n in range(count)]
    synthetic.write_data(tmp_path, lines)
    test = run_preprocess(tmp_path)["test"]
    places = np.rint(test[:, 1] * 1e6).astype(int) % preprocess.BLOCK
    # 6,000 rows in 20 places: 300 each, give or take five standard deviations.
    assert np.abs(np.bincount(places, minlength=preprocess.BLOCK) - 300).max() < 80


def test_numbers_are_written_as_numbers_and_sexes_as_categories(tmp_path: Path) -> None:
    usual = "F,0.455,0.365,-0.095,0.5140,0.2245,0.101,0.15,15"
    unusual = '"I", 1 ,.5,1e-2,+2.,7,0.101,0.15,9.5'
    synthetic.write_data(tmp_path, [usual, unusual] * 20)
    run_preprocess(tmp_path)
    lines = set((tmp_path / "processing" / "train" / "train.csv").read_text().splitlines())
    assert lines == {
        "15.0,0.455,0.365,-0.095,0.5140,0.2245,0.101,0.15,1,0,0",
        "9.5,1.0,0.5,0.01,2.0,7.0,0.101,0.15,0,1,0",
    }


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n"])
@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("mark", ["", "\N{ZERO WIDTH NO-BREAK SPACE}"])
def test_line_ends_and_byte_order_marks_make_no_difference(
    tmp_path: Path, end: str, last: bool, mark: str
) -> None:
    lines = synthetic.rows(50)
    synthetic.write_data(tmp_path / "plain", lines)
    path = synthetic.write_data(tmp_path / "other", lines)
    path.write_bytes((mark + end.join(lines) + (end if last else "")).encode())
    for name in ("plain", "other"):
        run_preprocess(tmp_path / name)
    assert outputs(tmp_path / "plain") == outputs(tmp_path / "other")


def test_an_empty_file_among_others_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    synthetic.write_data(tmp_path, synthetic.rows(40), "a.csv")
    synthetic.write_data(tmp_path, [], "b.csv")
    assert preprocess.main(["--base-dir", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("preprocess.py: b.csv: the file is empty; rows of 9")
    assert outputs(tmp_path) == {}


def test_a_bad_last_row_leaves_no_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preprocess, "BATCH_CHARACTERS", 300)
    lines = synthetic.rows(500)
    synthetic.write_data(tmp_path, [*lines, lines[0].replace("0.", "O.", 1)])
    assert preprocess.main(["--base-dir", str(tmp_path)]) == 1
    assert "abalone.csv, row 501: length is 'O." in capsys.readouterr().err
    assert outputs(tmp_path) == {}


def test_a_number_too_large_for_the_usual_form_is_still_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = synthetic.rows(20)
    synthetic.write_data(tmp_path, [*lines, f"M,{'9' * 400}.0,1,1,1,1,1,1,9"])
    assert preprocess.main(["--base-dir", str(tmp_path)]) == 1
    assert "row 21: length is '9999" in capsys.readouterr().err


@pytest.mark.parametrize("shards", [-1, 0, 37, 1000])
def test_shards_that_would_be_empty_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], shards: int
) -> None:
    synthetic.write_data(tmp_path, synthetic.rows(240))
    assert preprocess.main(["--base-dir", str(tmp_path), "--shards", str(shards)]) == 1
    assert capsys.readouterr().err == (
        f"preprocess.py: --shards is {shards}; allowed are 1 to 36, the rows of the validation "
        "split, of which each training instance needs one\n"
    )
    assert outputs(tmp_path) == {}


@pytest.mark.parametrize("shards", [1, 2, 7, 36])
def test_no_shard_is_empty_and_together_they_are_the_split(tmp_path: Path, shards: int) -> None:
    lines = synthetic.rows(240)
    for name, count in {"one": 1, "many": shards}.items():
        synthetic.write_data(tmp_path / name, lines)
        assert preprocess.main(["--base-dir", str(tmp_path / name), "--shards", str(count)]) == 0
    for split in ("train", "validation"):
        (one,) = (tmp_path / "one" / "processing" / split).iterdir()
        many = sorted((tmp_path / "many" / "processing" / split).iterdir())
        parts = [path.read_text().splitlines() for path in many]
        assert len(parts) == shards
        assert all(parts)
        together = sorted(line for part in parts for line in part)
        assert together == sorted(one.read_text().splitlines())


def test_the_median_of_a_sample_stands_for_that_of_all_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preprocess, "SAMPLE_ROWS", 500)
    # In the order of their size, as no sample of the first rows would survive.
    lines = sorted(synthetic.rows(5000), key=lambda line: line.split(",")[1])
    synthetic.write_data(tmp_path, lines)
    train = run_preprocess(tmp_path)["train"]
    path = tmp_path / "processing" / "features" / "features.json"
    imputed = json.loads(path.read_text())["features"][0]["imputed"]
    assert imputed != np.median(train[:, 1])
    # By rank, 5 standard deviations of the median of 500 rows.
    assert abs(np.mean(train[:, 1] < imputed) - 0.5) < 5 * (0.25 / 500) ** 0.5


def test_memory_does_not_grow_with_the_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preprocess, "SAMPLE_ROWS", 500)
    monkeypatch.setattr(preprocess, "BATCH_CHARACTERS", 1 << 15)
    some = with_gaps(synthetic.rows(1000))
    synthetic.write_data(tmp_path / "warm", some)
    peaks = []
    for name, times in {"warm": 1, "once": 10, "twice": 20, "four times": 40}.items():
        synthetic.write_data(tmp_path / name, some * times)
        tracemalloc.start()
        assert preprocess.main(["--base-dir", str(tmp_path / name)]) == 0
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    _, once, twice, four_times = peaks
    # Some 10,000 more rows as text alone would be a megabyte, here half of the whole.
    assert twice < 1.1 * once
    assert four_times < 1.1 * once
