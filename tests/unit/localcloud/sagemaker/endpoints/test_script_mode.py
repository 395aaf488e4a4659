"""The framework containers' server answers with the caller's functions as the open-source one does.

The expected answers are what the code of AWS's containers answered to these requests when it was run.
"""

from __future__ import annotations

import io
import json
from types import SimpleNamespace
from typing import Any

import numpy
import pytest
from werkzeug.test import Client

from localcloud.sagemaker.endpoints.serving import script_mode
from localcloud.sagemaker.endpoints.serving.handlers import (
    SCIKIT_LEARN,
    XGBOOST,
    Handlers,
    UserError,
)

pytestmark = pytest.mark.documented(
    "https://github.com/aws/sagemaker-containers",
    "https://github.com/aws/sagemaker-scikit-learn-container",
    "https://github.com/aws/sagemaker-xgboost-container",
)
TWO_ROWS = "1,2\n3,4"
JSON, CSV, NPY = "application/json", "text/csv", "application/x-npy"


class Sums:
    """Predicts a row's sum; of a matrix of XGBoost, whose values it cannot see, the row's number."""

    def predict(self, rows: Any, **_: Any) -> Any:
        if hasattr(rows, "num_row"):
            return numpy.arange(rows.num_row(), dtype="float32")
        return numpy.asarray(rows).sum(axis=1)


def served(framework: str = SCIKIT_LEARN, **functions: Any) -> Client:
    """A client of the server of a module; `model_fn` gives a model that predicts sums."""
    module = SimpleNamespace(**{"model_fn": lambda _directory: Sums(), **functions})
    loaded = Handlers(module, framework, "/opt/ml/model")
    return Client(script_mode.application(loaded, getattr(module, "execution_parameters_fn", None)))


def ask(client: Client, body: Any, content_type: str, accept: str = "") -> tuple[int, str, bytes]:
    """Status, content type and body of an answer."""
    headers = {"Accept": accept} if accept else {}
    answer = client.post("/invocations", data=body, content_type=content_type, headers=headers)
    return answer.status_code, answer.headers["Content-Type"], answer.data


def npy(array: Any) -> bytes:
    content = io.BytesIO()
    numpy.save(content, array)
    return content.getvalue()


@pytest.mark.parametrize(
    ("body", "content_type", "accept", "answered_type", "answered"),
    [
        (TWO_ROWS, CSV, "", JSON, b"[3.0, 7.0]"),
        (TWO_ROWS + "\n", CSV, "*/*", JSON, b"[3.0, 7.0]"),
        ("[[1,2],[3,4]]", JSON, "", JSON, b"[3.0, 7.0]"),
        (npy(numpy.array([[1.0, 2], [3, 4]])), NPY, "", JSON, b"[3.0, 7.0]"),
        (TWO_ROWS, CSV, CSV, "text/csv; charset=utf-8", b"3.0\n7.0\n"),
        (TWO_ROWS, CSV, NPY, NPY, npy(numpy.array([3, 7], dtype="float32"))),
    ],
)
def test_scikit_learns_own_functions_read_and_write_json_csv_and_npy(
    body: Any, content_type: str, accept: str, answered_type: str, answered: bytes
) -> None:
    assert ask(served(), body, content_type, accept) == (200, answered_type, answered)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (TWO_ROWS, CSV),
        ("1;2\n3;4", CSV),
        ("1,\n3,4", CSV),
        (TWO_ROWS, "text/csv; charset=utf-8"),
        ("0:1 1:2\n0:3", "text/libsvm"),
        ("1:1 2:2\n1:3", "text/x-libsvm"),
    ],
)
def test_xgboosts_own_functions_read_its_matrix(body: str, content_type: str) -> None:
    seen: list[tuple[int, int]] = []

    class Seeing(Sums):
        def predict(self, rows: Any, **settings: Any) -> Any:
            assert settings == {"validate_features": False}
            seen.append((rows.num_row(), rows.num_col()))
            return super().predict(rows)

    client = served(XGBOOST, model_fn=lambda _directory: Seeing())
    assert ask(client, body, content_type) == (200, JSON, b"[0.0, 1.0]")
    assert seen == [(2, 2)]


@pytest.mark.parametrize(
    ("framework", "body", "content_type", "accept"),
    [
        (SCIKIT_LEARN, "1,2", CSV, ""),  # one row is an array of one dimension
        (SCIKIT_LEARN, "a,b\nc,d", CSV, ""),
        (SCIKIT_LEARN, "[[1,", JSON, ""),
        (SCIKIT_LEARN, TWO_ROWS, "text/csv; charset=utf-8", ""),
        (SCIKIT_LEARN, TWO_ROWS, "image/png", ""),
        (SCIKIT_LEARN, TWO_ROWS, CSV, "image/png"),
        (XGBOOST, TWO_ROWS + "\n", CSV, ""),
        (XGBOOST, "[[1,2],[3,4]]", JSON, ""),
        (XGBOOST, TWO_ROWS, CSV, "image/png"),
    ],
)
def test_what_the_own_functions_cannot_do_is_500_with_the_traceback_in_the_log(
    framework: str,
    body: str,
    content_type: str,
    accept: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    status, answered_type, answered = ask(served(framework), body, content_type, accept)
    assert (status, answered_type) == (500, "text/html; charset=utf-8")
    assert b"<title>500 Internal Server Error</title>" in answered
    (record,) = caplog.records
    assert record.getMessage() == "Exception on /invocations [POST]"
    assert record.exc_info is not None


def test_content_type_that_is_not_known_is_named_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ask(served(), TWO_ROWS, "image/png")
    assert "Content type image/png is not supported by this framework." in caplog.text


def test_recordio_is_refused_by_name(caplog: pytest.LogCaptureFixture) -> None:
    ask(served(XGBOOST), b"", "application/x-recordio-protobuf")
    assert "unsupported by the local cloud: content type application/x-record" in caplog.text


def test_callers_functions_get_text_for_csv_and_json_and_bytes_for_all_else() -> None:
    client = served(
        model_fn=lambda directory: directory,
        input_fn=lambda body, content_type: [type(body).__name__, content_type],
        predict_fn=lambda data, model: [*data, model],
        output_fn=lambda said, accept: (json.dumps([*said, accept]), accept),
    )
    for content_type, kind in ((CSV, "str"), (JSON, "str"), ("image/png", "bytes")):
        status, answered_type, body = ask(client, "x", content_type, "text/plain")
        assert (status, answered_type) == (200, "text/plain; charset=utf-8")
        assert json.loads(body) == [kind, content_type, "/opt/ml/model", "text/plain"]
    assert client.post("/invocations", data="x").data == (
        b'["str", "application/json", "/opt/ml/model", "application/json"]'
    )


def test_accept_that_is_not_given_is_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", CSV)
    assert ask(served(), TWO_ROWS, CSV)[1:] == ("text/csv; charset=utf-8", b"3.0\n7.0\n")


@pytest.mark.parametrize(
    ("returned", "status", "answered_type", "answered"),
    [
        ("text", 200, "text/html; charset=utf-8", b"text"),
        (b"bytes", 200, "text/html; charset=utf-8", b"bytes"),
        ({"a": 1}, 200, JSON, b'{"a":1}\n'),
        ([1, 2], 200, JSON, b"[1,2]\n"),
        (("1,2", CSV), 200, "text/csv; charset=utf-8", b"1,2"),
        (3, 500, "text/html; charset=utf-8", b"Internal Server Error"),
    ],
)
def test_what_output_fn_returns_is_answered_as_flask_has_it(
    returned: Any, status: int, answered_type: str, answered: bytes
) -> None:
    client = served(output_fn=lambda _prediction, _accept: returned)
    found = ask(client, TWO_ROWS, CSV)
    assert found[:2] == (status, answered_type)
    assert answered in found[2]


def test_transform_fn_stands_for_all_three_and_beside_none() -> None:
    def transform_fn(model: Any, body: Any, content_type: str, accept: str) -> Any:
        return f"{type(model).__name__} {body} {content_type}", accept

    client = served(transform_fn=transform_fn)
    assert ask(client, "x", CSV) == (200, JSON, b"Sums x text/csv")
    with pytest.raises(UserError, match="Cannot use transform_fn implementation with input_fn"):
        served(transform_fn=transform_fn, output_fn=lambda *_: "")


def test_model_fn_is_asked_for_in_the_containers_words() -> None:
    with pytest.raises(NotImplementedError, match="Please provide a model_fn implementation"):
        Handlers(SimpleNamespace(), XGBOOST, "/opt/ml/model")


def test_ping_is_200_without_a_body_and_other_paths_are_not_there() -> None:
    client = served()
    ping = client.get("/ping")
    assert (ping.status_code, ping.headers["Content-Type"], ping.data) == (200, JSON, b"")
    assert client.get("/invocations").status_code == 405
    assert client.get("/elsewhere").status_code == 404
    assert client.get("/execution-parameters").status_code == 404


def test_caller_may_tell_batch_transform_how_to_ask() -> None:
    client = served(execution_parameters_fn=lambda: {"MaxPayloadInMB": 1})
    assert json.loads(client.get("/execution-parameters").data) == {"MaxPayloadInMB": 1}
