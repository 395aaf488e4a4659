"""Models read from a training job's archive, and what is refused."""

from __future__ import annotations

import io
import pickle
import tarfile
from pathlib import Path

import pytest
from pipelines.checks import explainability
from pipelines.checks.errors import CheckError

from tests.unit.pipeline_code.checks.explainability.models import train


def _archive(path: Path, **files: bytes) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name.replace("_", "-"))
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


@pytest.mark.parametrize("form", ["json", "ubj"])
def test_a_model_is_read_from_its_archive_or_alone(tmp_path: Path, form: str) -> None:
    trained = train("regression")
    content = bytes(trained.booster.save_raw(form))
    alone = tmp_path / "xgboost-model"
    alone.write_bytes(content)
    expected = explainability.predict(trained.booster, trained.features)
    for path in (alone, _archive(tmp_path / "model.tar.gz", xgboost_model=content)):
        booster = explainability.load_model(path)
        assert explainability.predict(booster, trained.features) == pytest.approx(expected)


def test_an_archive_without_a_model(tmp_path: Path) -> None:
    path = _archive(tmp_path / "model.tar.gz", model_pth=b"weights")
    with pytest.raises(CheckError, match="holds no xgboost-model; it holds model-pth"):
        explainability.load_model(path)


@pytest.mark.parametrize(
    "content",
    [b"", b"not a model", b"{}", b"{", b"\x00" * 4096, pickle.dumps({"weights": [1, 2]})],
    ids=["empty", "text", "json", "half", "zeros", "pickle"],
)
def test_a_file_that_is_no_model(tmp_path: Path, content: bytes) -> None:
    path = _archive(tmp_path / "model.tar.gz", xgboost_model=content)
    with pytest.raises(CheckError, match="explainability needs an XGBoost model"):
        explainability.load_model(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CheckError, match="cannot be read"):
        explainability.load_model(tmp_path / "model.tar.gz")


def test_half_an_archive(tmp_path: Path) -> None:
    content = bytes(train("regression").booster.save_raw("json"))
    path = _archive(tmp_path / "model.tar.gz", xgboost_model=content)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(CheckError, match="cannot be read"):
        explainability.load_model(path)
