"""The built-in algorithm trains what `xgboost.train` trains from the same data and parameters."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy
import pytest
import xgboost

from localcloud.sagemaker.containers.xgboost_algorithm import data, train
from localcloud.sagemaker.containers.xgboost_algorithm.errors import UserError

pytestmark = pytest.mark.documented("https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html")

CSV = {"ContentType": "text/csv", "TrainingInputMode": "File"}
LIBSVM = {"ContentType": "text/libsvm", "TrainingInputMode": "File"}
ROWS = 200


def rows(seed: int = 0) -> numpy.ndarray:
    """Label, then three features."""
    random = numpy.random.default_rng(seed)
    features = random.normal(size=(ROWS, 3)).astype(numpy.float32)
    label = features[:, 0] * 2 - features[:, 1] + random.normal(scale=0.1, size=ROWS)
    return numpy.column_stack([label, features]).astype(numpy.float32)


def write_csv(root: Path, name: str, table: numpy.ndarray) -> None:
    target = root / name / f"{name}.csv"
    target.parent.mkdir(parents=True, exist_ok=True)
    numpy.savetxt(target, table, delimiter=",", fmt="%.9g")


def write_libsvm(root: Path, name: str, table: numpy.ndarray) -> None:
    target = root / name / f"{name}.libsvm"
    target.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        " ".join([f"{row[0]:.9g}", *(f"{i}:{value:.9g}" for i, value in enumerate(row[1:]))])
        for row in table
    ]
    target.write_text("\n".join(lines) + "\n")


def trained(
    tmp_path: Path, given: dict[str, str], configuration: dict[str, Any]
) -> xgboost.Booster:
    model = tmp_path / "model"
    model.mkdir()
    train.train(given, configuration, tmp_path, model)
    assert [entry.name for entry in model.iterdir()] == ["xgboost-model"]
    booster = xgboost.Booster()
    booster.load_model(model / "xgboost-model")
    return booster


def matrix(table: numpy.ndarray) -> xgboost.DMatrix:
    return xgboost.DMatrix(table[:, 1:], label=table[:, 0])


def test_model_is_the_one_that_xgboost_trains(tmp_path: Path) -> None:
    write_csv(tmp_path, "train", rows())
    given = {
        "num_round": "7",
        "objective": "reg:squarederror",
        "max_depth": "3",
        "seed": "42",
        "subsample": "0.7",
    }
    booster = trained(tmp_path, given, {"train": CSV})
    direct = xgboost.train(
        {"objective": "reg:squarederror", "max_depth": 3, "seed": 42, "subsample": 0.7},
        matrix(rows()),
        7,
    )
    assert numpy.array_equal(booster.predict(matrix(rows(1))), direct.predict(matrix(rows(1))))


def test_libsvm_and_csv_train_the_same_model(tmp_path: Path) -> None:
    given = {"num_round": "5", "objective": "reg:squarederror"}
    predictions = []
    for write, configuration in ((write_csv, CSV), (write_libsvm, LIBSVM)):
        root = tmp_path / write.__name__
        write(root, "train", rows())
        booster = trained(root, given, {"train": configuration})
        predictions.append(booster.predict(matrix(rows(1))))
    assert numpy.array_equal(*predictions)


def test_csv_weights_are_the_second_column(tmp_path: Path) -> None:
    table = rows()
    weights = numpy.linspace(0.1, 5, ROWS).astype(numpy.float32)
    write_csv(tmp_path, "train", numpy.insert(table, 1, weights, axis=1))
    given = {"num_round": "5", "objective": "reg:squarederror", "csv_weights": "1"}
    booster = trained(tmp_path, given, {"train": CSV})
    weighted = xgboost.DMatrix(table[:, 1:], label=table[:, 0], weight=weights)
    direct = xgboost.train({"objective": "reg:squarederror"}, weighted, 5)
    assert numpy.array_equal(booster.predict(matrix(rows(1))), direct.predict(matrix(rows(1))))


def test_early_stopping_keeps_the_best_round(tmp_path: Path) -> None:
    write_csv(tmp_path, "train", rows())
    write_csv(tmp_path, "validation", rows(1))
    given = {
        "num_round": "500",
        "objective": "reg:squarederror",
        "eta": "0.9",
        "eval_metric": "rmse,mae",
        "early_stopping_rounds": "3",
    }
    booster = trained(tmp_path, given, {"train": CSV, "validation": CSV})
    assert booster.num_boosted_rounds() == int(booster.attr("best_iteration")) + 1 < 500


def test_each_round_is_logged_as_the_metric_definitions_expect(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_csv(tmp_path, "train", rows())
    write_csv(tmp_path, "validation", rows(1))
    trained(
        tmp_path,
        {"num_round": "2", "objective": "reg:squarederror", "eval_metric": "r2,rmsle"},
        {"train": CSV, "validation": CSV},
    )
    output = capfd.readouterr().out
    pattern = r"^\[1\]\ttrain-rmsle:\S+\ttrain-r2:\S+\tvalidation-rmsle:\S+\tvalidation-r2:\S+$"
    assert re.search(pattern, output, re.MULTILINE), output


def test_several_files_and_folders_are_one_data_set(tmp_path: Path) -> None:
    table = rows()
    write_csv(tmp_path, "train/a", table[:100])
    write_csv(tmp_path, "train/b", table[100:])
    (tmp_path / "train/a/train").mkdir(parents=True, exist_ok=True)
    read = data.read(tmp_path / "train", "csv")
    assert read.num_row() == ROWS
    assert numpy.allclose(read.get_label(), table[:, 0])


def test_parquet_is_read_label_first(tmp_path: Path) -> None:
    import pandas

    (tmp_path / "train").mkdir()
    frame = pandas.DataFrame(rows(), columns=list("abcd"))
    frame.to_parquet(tmp_path / "train" / "part.parquet")
    read = data.read(tmp_path / "train", "parquet")
    assert (read.num_row(), read.num_col()) == (ROWS, 3)
    assert numpy.allclose(read.get_label(), rows()[:, 0])


@pytest.mark.parametrize(
    ("name", "text", "form", "message"),
    [
        (".hidden", "1,2\n", "csv", "Hidden file found in the data path!"),
        ("x.csv", "\n1,2\n", "csv", "Could not determine delimiter on line \n"),
        ("x.libsvm", "one 1:2\n", "libsvm", "First line 'one 1:2"),
        ("x.rec", "?", "recordio-protobuf", "unsupported by the local cloud: training data as"),
    ],
)
def test_data_that_cannot_be_read_are_refused(
    tmp_path: Path, name: str, text: str, form: str, message: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UserError) as error:
        data.read(tmp_path, form)
    assert str(error.value).startswith(message)


def test_empty_channel_is_refused(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    with pytest.raises(UserError, match="No data in training channel path"):
        trained(tmp_path, {"num_round": "1"}, {"train": CSV})


def test_label_out_of_range_is_the_customers_error(tmp_path: Path) -> None:
    write_csv(tmp_path, "train", rows())
    given = {"num_round": "1", "objective": "binary:logistic", "base_score": "0.5"}
    with pytest.raises(UserError, match=re.escape("label must be in (0, 1)")):
        trained(tmp_path, given, {"train": CSV})


def test_metrics_are_split_between_xgboost_and_the_container() -> None:
    assert train.split_metrics(["logloss", "f1"], None) == (["logloss"], ["f1"])
    assert train.split_metrics(["logloss"], "validation:f1") == (["logloss"], ["f1"])
    assert train.split_metrics(None, None) == ([], [])
