"""SHAP values, judged by the shap library and by the model's own output."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xgboost
from hypothesis import given, settings
from hypothesis import strategies as st
from pipelines.checks import explainability, kinds
from pipelines.checks.errors import CheckError

from tests.unit.pipeline_code.checks.explainability.models import NAMES, ROWS, Trained, train

# It has no release for macOS on Intel beside this NumPy.
shap = pytest.importorskip("shap")

KINDS = ["regression", "binary", "multiclass"]


def _explained(trained: Trained, **options: Any) -> dict[str, Any]:
    analysis = explainability.analyze(trained.features, NAMES, trained.booster, **options)
    assert analysis["version"] == "1.0"
    labels: dict[str, Any] = analysis["explanations"]["kernel_shap"]
    return labels


def _judged(trained: Trained) -> tuple[np.ndarray, np.ndarray]:
    """SHAP values (rows, features, outputs) and expected values (outputs,), by the library."""
    explained = shap.TreeExplainer(trained.booster)(trained.features)
    values = np.asarray(explained.values).reshape(ROWS, len(NAMES), -1)
    return values, np.asarray(explained.base_values).reshape(ROWS, -1)[0]


@pytest.mark.parametrize("kind", KINDS)
def test_global_values_are_the_librarys(kind: str) -> None:
    trained = train(kind)
    labels = _explained(trained)
    values, expected = _judged(trained)
    assert list(labels) == [f"label{index}" for index in range(3 if kind == "multiclass" else 1)]
    for index, label in enumerate(labels.values()):
        means = np.abs(values[:, :, index]).mean(axis=0)
        assert list(label["global_shap_values"]) == NAMES
        assert list(label["global_shap_values"].values()) == pytest.approx(means, rel=1e-4)
        assert label["expected_value"] == pytest.approx(expected[index], rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_values_of_a_row_add_up_to_the_raw_output(kind: str, tmp_path: Path) -> None:
    trained = train(kind)
    labels = _explained(trained, local_values=tmp_path, chunk_rows=50)
    written = pd.read_csv(tmp_path / "explanations_shap" / "out.csv")
    assert list(written) == [f"{name}_{label}" for label in labels for name in NAMES]
    assert len(written) == ROWS
    margins = trained.booster.predict(xgboost.DMatrix(trained.features), output_margin=True)
    for index, (label, entry) in enumerate(labels.items()):
        own = written[[f"{name}_{label}" for name in NAMES]].to_numpy()
        summed = own.sum(axis=1) + entry["expected_value"]
        assert summed == pytest.approx(margins.reshape(ROWS, -1)[:, index], abs=1e-4)
        assert np.abs(own).mean(axis=0) == pytest.approx(list(entry["global_shap_values"].values()))


def test_chunks_and_parts_change_nothing() -> None:
    trained = train("regression")
    whole = _explained(trained)["label0"]
    for found in (
        _explained(trained, chunk_rows=7)["label0"],
        explainability.analyze(
            iter([trained.features[:50], trained.features[50:]]), NAMES, trained.booster
        )["explanations"]["kernel_shap"]["label0"],
    ):
        assert found["global_shap_values"] == pytest.approx(whole["global_shap_values"])
        assert found["expected_value"] == pytest.approx(whole["expected_value"])


@settings(deadline=None, max_examples=25)
@given(st.data(), st.sampled_from(KINDS))
def test_order_and_division_of_the_rows_change_nothing(data: st.DataObject, kind: str) -> None:
    trained = train(kind)
    places = data.draw(st.permutations(range(ROWS)))
    cuts = sorted(data.draw(st.lists(st.integers(0, ROWS), max_size=4)))
    shuffled = trained.features[places]
    chunks = [shuffled[a:b] for a, b in itertools.pairwise([0, *cuts, ROWS])]
    found = explainability.analyze(iter(chunks), NAMES, trained.booster)
    for label, whole in _explained(trained).items():
        entry = found["explanations"]["kernel_shap"][label]
        assert entry["global_shap_values"] == pytest.approx(whole["global_shap_values"], rel=1e-6)
        assert entry["expected_value"] == pytest.approx(whole["expected_value"], rel=1e-6)


def test_files_are_explained_one_after_the_other(tmp_path: Path) -> None:
    trained = train("regression")
    trained.booster.save_model(tmp_path / "model.ubj")
    data = tmp_path / "data"
    data.mkdir()
    labelled = pd.DataFrame(trained.features, columns=NAMES)
    labelled.insert(1, "label", 7.0)
    for start in (0, 50, 90):
        rows = labelled[start : {0: 50, 50: 90, 90: ROWS}[start]]
        rows.to_csv(data / f"{start:02}.csv", index=False)
    kind = kinds.Explainability(data, {"label": "label"}, tmp_path / "model.ubj")
    found = kind.analyze().constraints["explanations"]["kernel_shap"]["label0"]
    whole = _explained(trained)["label0"]
    assert list(found["global_shap_values"]) == NAMES
    assert found["global_shap_values"] == pytest.approx(whole["global_shap_values"], rel=1e-6)


def test_text_is_read_as_numbers_and_empty_as_missing() -> None:
    trained = train("binary")
    frame = pd.DataFrame(
        [["" if np.isnan(each) else repr(float(each)) for each in row] for row in trained.features],
        columns=NAMES,
    )
    analysis = explainability.analyze(frame, NAMES, trained.booster)
    assert analysis["explanations"]["kernel_shap"] == _explained(trained)
    answers = explainability.predict(trained.booster, frame)
    assert answers == pytest.approx(trained.booster.predict(xgboost.DMatrix(trained.features)))


def test_a_model_that_knows_its_features_gets_them_in_its_order() -> None:
    trained = train("regression")
    trained.booster.feature_names = NAMES
    frame = pd.DataFrame(trained.features, columns=NAMES)
    turned = frame[NAMES[::-1]]
    expected = explainability.analyze(frame, NAMES, trained.booster)
    found = explainability.analyze(turned, list(turned.columns), trained.booster)
    now, before = (
        each["explanations"]["kernel_shap"]["label0"]["global_shap_values"]
        for each in (found, expected)
    )
    assert now == pytest.approx(before)
    assert list(now) == NAMES[::-1]
    assert explainability.predict(trained.booster, turned) == pytest.approx(
        explainability.predict(trained.booster, frame)
    )


def test_the_prediction_of_several_classes_is_the_most_probable_one() -> None:
    trained = train("multiclass")
    probabilities = trained.booster.predict(xgboost.DMatrix(trained.features))
    answers = explainability.predict(trained.booster, trained.features)
    assert answers.tolist() == probabilities.argmax(axis=1).tolist()


@pytest.mark.parametrize(
    ("features", "names", "said"),
    [
        (np.zeros((3, 5)), [*NAMES, "label"], "the data have 5 features (length, weight, age"),
        (np.zeros((3, 4)), NAMES[:3], "there are 3 feature names for 4 columns of data"),
        (np.zeros((0, 4)), NAMES, "the data have no rows"),
        (
            pd.DataFrame([["1", "F", "2", "3"]], columns=NAMES),
            NAMES,
            "the feature 'weight' has the value 'F', which is no number",
        ),
    ],
)
def test_features_that_do_not_fit(features: Any, names: list[str], said: str) -> None:
    with pytest.raises(CheckError) as raised:
        explainability.analyze(features, names, train("regression").booster)
    assert said in str(raised.value)
