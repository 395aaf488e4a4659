"""The built-in XGBoost container's HTTP server answers as the open-source container does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy
import pytest
import xgboost
from werkzeug.test import Client

from localcloud.sagemaker.endpoints.serving import xgboost_algorithm

CONTAINER = "https://github.com/aws/sagemaker-xgboost-container"
pytestmark = pytest.mark.documented(CONTAINER)
ROWS = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [0.5, 0.0, 9.0]]
CSV = "\n".join(",".join(str(cell) for cell in row) for row in ROWS)


def train(objective: str = "reg:squarederror", seed: int = 0, **parameters: Any) -> xgboost.Booster:
    random = numpy.random.default_rng(seed)
    features = random.normal(size=(200, 3))
    label = (features[:, 0] > 0).astype(int) + (features[:, 1] > 0).astype(int)
    matrix = xgboost.DMatrix(features, label=label)
    return xgboost.train({"objective": objective, **parameters}, matrix, 5)


@pytest.fixture
def booster() -> xgboost.Booster:
    return train()


@pytest.fixture
def client(booster: xgboost.Booster) -> Client:
    return Client(xgboost_algorithm.application([booster]))


def expected(booster: xgboost.Booster, rows: list[list[float]] = ROWS) -> numpy.ndarray:
    return booster.predict(xgboost.DMatrix(numpy.array(rows, dtype=numpy.float32)))


def test_ping_answers_200_with_an_empty_body(client: Client) -> None:
    response = client.get("/ping")
    assert (response.status_code, response.data) == (200, b"")


def test_csv_answers_one_prediction_per_line(client: Client, booster: xgboost.Booster) -> None:
    response = client.post("/invocations", data=CSV, content_type="text/csv")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/csv"
    assert response.text.endswith("\n")
    answered = numpy.array(response.text.split(), dtype=numpy.float32)
    assert numpy.array_equal(answered, expected(booster))


def test_an_empty_cell_is_a_missing_value(client: Client, booster: xgboost.Booster) -> None:
    response = client.post("/invocations", data="1.0,,3.0", content_type="text/csv")
    assert float(response.text) == pytest.approx(
        expected(booster, [[1.0, numpy.nan, 3.0]])[0], rel=1e-6
    )


def test_libsvm_answers_as_csv_does(client: Client) -> None:
    svm = "\n".join(" ".join(f"{i}:{cell}" for i, cell in enumerate(row)) for row in ROWS)
    as_svm = client.post("/invocations", data=svm, content_type="text/libsvm").text
    assert as_svm == client.post("/invocations", data=CSV, content_type="text/csv").text


def test_json_answers_scores(client: Client, booster: xgboost.Booster) -> None:
    response = client.post(
        "/invocations", data=CSV, content_type="text/csv", headers={"Accept": "application/json"}
    )
    scores = [entry["score"] for entry in json.loads(response.text)["predictions"]]
    assert scores == pytest.approx(expected(booster).tolist())


def test_softprob_answers_one_line_of_probabilities_per_row() -> None:
    client = Client(xgboost_algorithm.application([train("multi:softprob", num_class=3)]))
    lines = client.post("/invocations", data=CSV, content_type="text/csv").text.splitlines()
    assert [len(line.split(",")) for line in lines] == [3, 3, 3]
    assert sum(map(float, lines[0].split(","))) == pytest.approx(1, abs=1e-5)


def test_several_models_answer_as_an_ensemble() -> None:
    boosters = [train(seed=1), train(seed=2)]
    client = Client(xgboost_algorithm.application(boosters))
    answered = client.post("/invocations", data=CSV, content_type="text/csv").text.split()
    mean = (expected(boosters[0]) + expected(boosters[1])) / 2
    assert list(map(float, answered)) == pytest.approx(mean.tolist())


@pytest.mark.parametrize(
    ("content_type", "accept", "data", "status", "text"),
    [
        ("image/png", "", CSV, 415, "Content-type must be one of text/csv"),
        ("text/csv", "image/png", CSV, 406, "Accept type image/png is not supported"),
        ("text/csv", "", "a,b,c", 415, "Loading text/csv data failed"),
        ("text/csv", "", "1,2,3,4", 400, "Unable to evaluate payload provided"),
        ("text/csv", "", "1,2,3\n4,5", 415, "Loading text/csv data failed"),
        ("text/csv", "", b"\xff,2,3", 415, "Loading text/csv data failed"),
        ("text/csv", "", "1,inf,3", 415, "Loading text/csv data failed"),
        ("text/csv", "", "\n", 415, "Loading text/csv data failed"),
        ("text/csv", "", "", 204, ""),
    ],
)
def test_a_bad_request_is_answered_with_its_own_status(
    client: Client, content_type: str, accept: str, data: str | bytes, status: int, text: str
) -> None:
    headers = {"Accept": accept} if accept else {}
    response = client.post("/invocations", data=data, content_type=content_type, headers=headers)
    assert response.status_code == status
    assert text in response.text


def test_columns_that_are_not_there_are_missing_values(
    client: Client, booster: xgboost.Booster
) -> None:
    response = client.post("/invocations", data="1.0", content_type="text/csv")
    assert response.status_code == 200
    missing = expected(booster, [[1.0, numpy.nan, numpy.nan]])
    assert float(response.text) == pytest.approx(missing[0], rel=1e-6)


def test_models_are_loaded_from_every_visible_file(
    tmp_path: Path, booster: xgboost.Booster
) -> None:
    booster.save_model(tmp_path / "one.json")
    booster.save_model(tmp_path / "two.json")
    (tmp_path / ".hidden").write_text("not a model")
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "inference.py").write_text("")
    assert len(xgboost_algorithm.load_boosters(tmp_path)) == 2


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(ValueError, match=r"notes\.txt is not an XGBoost model"):
        xgboost_algorithm.load_boosters(tmp_path)
    with pytest.raises(ValueError, match="no model file"):
        (tmp_path / "notes.txt").unlink()
        xgboost_algorithm.load_boosters(tmp_path)


@pytest.mark.documented(
    "https://github.com/aws/sagemaker-xgboost-container/blob/0499207f0456f96abe97be9651c0223d03c1dc6f/"
    "src/sagemaker_xgboost_container/algorithm_mode/serve.py"
)
def test_batch_transform_gets_one_prediction_per_line_in_python_s_notation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SAGEMAKER_BATCH", "true")
    several = numpy.array([[0.25, 0.75], [0.5, 0.5]])
    assert xgboost_algorithm.format_answer(several, "text/csv") == (
        "text/csv",
        b"[0.25, 0.75]\n[0.5, 0.5]\n",
    )
    assert xgboost_algorithm.format_answer(numpy.array([1.5, 2.0]), "")[1] == b"1.5\n2.0\n"


@pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-batch-code.html"
)
def test_the_container_says_how_it_likes_to_be_asked(client: Client) -> None:
    parameters = json.loads(client.get("/execution-parameters").data)
    assert parameters["BatchStrategy"] == "MULTI_RECORD"
    assert parameters["MaxPayloadInMB"] == 6
    assert parameters["MaxConcurrentTransforms"] >= 1
