"""Preprocess, train as built-in XGBoost does, evaluate: each as a program, as its job runs it."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
import xgboost
from sklearn.metrics import mean_squared_error

ABALONE = Path(__file__).resolve().parents[3] / "pipeline_code" / "pipelines" / "abalone"
ROWS = 1000


def _run(script: str, base_dir: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ABALONE / script), "--base-dir", str(base_dir)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _hyperparameters() -> dict[str, object]:
    """HYPERPARAMETERS, read without importing the SDK."""
    for node in ast.parse((ABALONE / "pipeline.py").read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "HYPERPARAMETERS":
            value: dict[str, object] = ast.literal_eval(node.value)
            return value
    raise AssertionError("pipeline.py has no HYPERPARAMETERS")


def _write_data(base_dir: Path) -> None:
    """A seeded data set in UCI Abalone's form: growth with age, sex known of the grown, noise."""
    random = np.random.default_rng(11)
    rings = np.clip(random.gamma(9.5, 1.05, ROWS).round(), 1, 29).astype(int)
    length = 0.72 * (1 - np.exp(-rings / 5.5)) + random.normal(0, 0.04, ROWS)
    length = np.clip(length, 0.08, 0.82)
    weight = 3.4 * length**3 * random.lognormal(0, 0.12, ROWS)
    sex = np.where(rings < random.normal(8, 1.5, ROWS), "I", random.choice(["F", "M"], ROWS))
    columns = [length, 0.8 * length, 0.27 * length]
    columns += [weight * share for share in (1, 0.43, 0.22, 0.29)]
    lines = [
        f"{sex[i]}," + ",".join(f"{column[i]:.4f}" for column in columns) + f",{rings[i]}\n"
        for i in range(ROWS)
    ]
    path = base_dir / "processing" / "input" / "data" / "abalone.csv"
    path.parent.mkdir(parents=True)
    path.write_text("".join(lines))


def _table(base_dir: Path, split: str) -> np.ndarray:
    path = base_dir / "processing" / split / f"{split}.csv"
    table: np.ndarray = np.loadtxt(path, delimiter=",", ndmin=2)
    return table


def _train(base_dir: Path) -> xgboost.Booster:
    parameters = {name: str(value) for name, value in _hyperparameters().items()}
    rounds = int(parameters.pop("num_round"))
    table = _table(base_dir, "train")
    model = xgboost.train(parameters, xgboost.DMatrix(table[:, 1:], table[:, 0]), rounds)
    model.save_model(base_dir / "xgboost-model")
    archive = base_dir / "processing" / "model" / "model.tar.gz"
    archive.parent.mkdir()
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(base_dir / "xgboost-model", "xgboost-model")
    return model


@pytest.mark.filterwarnings("ignore:.*UBJSON format as default")
def test_scripts_give_an_evaluation_that_can_be_recomputed(tmp_path: Path) -> None:
    _write_data(tmp_path)
    preprocessed = _run("preprocess.py", tmp_path)
    assert preprocessed.returncode == 0, preprocessed.stderr
    model = _train(tmp_path)
    evaluated = _run("evaluate.py", tmp_path)
    assert evaluated.returncode == 0, evaluated.stderr

    test = _table(tmp_path, "test")
    assert len(test) == 150
    expected = mean_squared_error(test[:, 0], model.predict(xgboost.DMatrix(test[:, 1:])))
    evaluation = tmp_path / "processing" / "evaluation"
    metrics = json.loads((evaluation / "evaluation.json").read_text())["regression_metrics"]
    assert metrics["mse"]["value"] == pytest.approx(expected)
    # It learned: a model that always says the mean would have the variance of the labels.
    assert 0 < metrics["mse"]["value"] < 0.7 * np.var(test[:, 0])
    golden = json.loads((evaluation / "golden_records.json").read_text())
    assert len(golden["records"]) == 20


def test_script_with_bad_data_ends_with_exit_code_1_and_one_line(tmp_path: Path) -> None:
    _write_data(tmp_path)
    path = tmp_path / "processing" / "input" / "data" / "abalone.csv"
    lines = path.read_text().splitlines(keepends=True)
    lines[41] = "X" + lines[41][1:]
    path.write_text("".join(lines))
    run = _run("preprocess.py", tmp_path)
    message = "abalone.csv, row 42: sex is 'X'; allowed are F, I, M"
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == f"preprocess.py: {message}\n"
    assert (tmp_path / "output" / "message").read_text() == message


@pytest.mark.parametrize("script", ["preprocess.py", "evaluate.py"])
def test_script_imports_only_what_its_container_holds(script: str) -> None:
    """Each script is uploaded as one file: an import of this repository would fail on AWS."""
    allowed = {
        "preprocess.py": {"numpy"},
        "evaluate.py": {"boto3", "numpy", "xgboost"},
    }[script]
    imported = set()
    for node in ast.walk(ast.parse((ABALONE / script).read_text(), feature_version=(3, 10))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert imported - set(sys.stdlib_module_names) == allowed
