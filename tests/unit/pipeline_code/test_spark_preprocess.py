"""The Spark example on this machine: its outputs beside those of `preprocess.py`, and bad rows.

Skipped where PySpark or Java is missing: it is an example, and PySpark is 400 MB.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from demo import abalone_data

REPOSITORY = Path(__file__).resolve().parents[3] / "pipeline_code"
PREPROCESS = REPOSITORY / "pipelines" / "abalone" / "preprocess.py"
SPARK_PREPROCESS = REPOSITORY / "examples" / "spark_preprocess.py"
SPLITS = ("train", "validation", "test")
SMALL = "--master local[1] --conf spark.ui.enabled=false --conf spark.sql.shuffle.partitions=1"
MISSING = [
    reason
    for reason, there in {
        "pyspark is not installed (pip install 'pyspark==3.5.*')": importlib.util.find_spec(
            "pyspark"
        ),
        "there is no Java": shutil.which("java"),
    }.items()
    if not there
]
needs_spark = pytest.mark.skipif(bool(MISSING), reason=", ".join(MISSING))


@pytest.fixture(scope="module")
def spark_preprocess() -> Iterator[Any]:
    """The script as a module, with a session as small as it can be."""
    spec = importlib.util.spec_from_file_location("spark_preprocess", SPARK_PREPROCESS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_SUBMIT_ARGS", f"{SMALL} pyspark-shell")
        session = module.start()
    yield module
    session.stop()


def abalone_rows(count: int) -> list[str]:
    values, sexes = abalone_data.generate()
    return [
        f"{sex}," + ",".join(f"{value:.4f}" for value in row[:-1]) + f",{int(row[-1])}"
        for sex, row in zip(sexes[:count], values[:count], strict=True)
    ]


def with_gaps(lines: list[str]) -> list[str]:
    return [
        line if number % 5 else ",".join([*line.split(",")[:3], "", *line.split(",")[4:]])
        for number, line in enumerate(lines)
    ]


def write(directory: Path, lines: list[str]) -> None:
    directory.mkdir(parents=True)
    (directory / "abalone.csv").write_text("".join(f"{line}\n" for line in lines))


def lines_of(directory: Path) -> list[str]:
    return [line for path in directory.glob("*.csv") for line in path.read_text().splitlines()]


@needs_spark
def test_spark_gives_the_rows_that_preprocess_gives(spark_preprocess: Any, tmp_path: Path) -> None:
    source, target = tmp_path / "processing" / "input" / "data", tmp_path / "spark"
    write(source, with_gaps(abalone_rows(600)))
    run = [sys.executable, str(PREPROCESS), "--base-dir", str(tmp_path)]
    subprocess.run(run, check=True, timeout=60)
    options = ["--input", f"file://{source}", "--output", f"file://{target}", "--shards", "3"]
    assert spark_preprocess.main([*options, "--features-dir", str(tmp_path)]) == 0

    assert [path.name for path in (target / "test").glob("*.csv")] == ["test.csv"]
    for split in ("train", "validation"):
        parts = [path.read_text() for path in (target / split).glob("*.csv")]
        assert len(parts) == 3
        assert all(parts)
    assert not list(target.rglob("_SUCCESS"))

    def whole(directory: Path) -> np.ndarray:
        lines = [line for split in SPLITS for line in lines_of(directory / split)]
        table = np.loadtxt(lines, delimiter=",")
        return table[np.lexsort(table.T[[0, 1, 2, 4, 5, 6, 7]])]  # not by what was imputed

    ours, theirs = whole(tmp_path / "processing"), whole(target)
    assert ours.shape == theirs.shape == (600, 11)
    imputed = len(ours) // 5
    differing = (ours != theirs).any(axis=1)
    assert 0 < differing.sum() <= imputed  # its train split is another one, so the median is
    assert np.abs(ours - theirs).max() < 0.02
    first = lines_of(target / "train")[0].split(",")
    assert "." in first[0]
    assert set(first[-3:]) == {"0", "1"}
    quality = lines_of(target / "quality")
    assert quality.count(",".join(spark_preprocess.OUTPUT_COLUMNS)) == 3
    assert sum(",," in line for line in quality) > 0
    features = json.loads((tmp_path / "features.json").read_text())
    assert features.keys() == {"label", "features"}
    assert [each["name"] for each in features["features"]] == spark_preprocess.OUTPUT_COLUMNS[1:]


@needs_spark
@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("X,1,1,1,1,1,1,1,9", "sex is 'X'; allowed are F, I, M"),
        ("M,1,wide,1,1,1,1,1,9", "diameter is 'wide'; a finite number is needed"),
        ("M,1,1,1,1,1,1,1e999,9", "shell_weight is '1e999'; a finite number is needed"),
        ("M,1,1,1,1,1,1,1,", "rings is missing; the label is needed in every row"),
        ("M,1,1,1", "9 columns are needed (in the row 'M,1,1,1')"),
        ("M,1,1,1,1,1,1,1,9,9", "9 columns are needed (in the row 'M,1,1,1,1,1,1,1,9,9')"),
    ],
)
def test_spark_refuses_a_bad_row_before_any_output(
    spark_preprocess: Any,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    bad: str,
    message: str,
) -> None:
    source, target = tmp_path / "data", tmp_path / "spark"
    write(source, [*abalone_rows(40), bad])
    options = ["--input", f"file://{source}", "--output", f"file://{target}"]
    assert spark_preprocess.main(options) == 1
    error = capsys.readouterr().err
    assert "abalone.csv: " in error
    assert message in error
    assert not target.exists()
