"""Clarify's stand-in has one shadow endpoint, however many chunks of rows it asks for."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd
import pytest

from localcloud.sagemaker.containers.clarify import model


class FakeCloud:
    """Both clients at once: notes what is called, and answers each row with its own number."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def __getattr__(self, operation: str) -> Any:
        def call(**_: Any) -> None:
            self.calls.append(operation)

        return call

    def get_waiter(self, name: str) -> Any:
        fake = FakeCloud()
        fake.calls = self.calls
        return fake

    def invoke_endpoint(self, *, Body: bytes, **_: Any) -> dict[str, Any]:
        self.calls.append("invoke_endpoint")
        return {"Body": io.BytesIO(Body)}


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> FakeCloud:
    fake = FakeCloud()
    monkeypatch.setattr(model, "_client", lambda service: fake)
    return fake


DELETED = ["delete_endpoint", "delete_endpoint_config"]


def test_one_endpoint_answers_all_chunks(cloud: FakeCloud) -> None:
    with model.Endpoint("model", {}) as endpoint:
        assert cloud.calls == []
        for start in (0, 3):
            rows = pd.DataFrame({"x": [str(start), str(start + 1)]})
            assert endpoint.predict(rows).tolist() == [str(start), str(start + 1)]
        assert cloud.calls == [
            "create_endpoint_config",
            "create_endpoint",
            "wait",
            "invoke_endpoint",
            "invoke_endpoint",
        ]
    assert cloud.calls[5:] == DELETED


def test_it_is_deleted_after_an_error_too(cloud: FakeCloud) -> None:
    with pytest.raises(IndexError), model.Endpoint("model", {"label": 4}) as endpoint:
        endpoint.predict(pd.DataFrame({"x": ["1"]}))
    assert cloud.calls[-2:] == DELETED


def test_without_predictions_there_is_none(cloud: FakeCloud) -> None:
    with model.Endpoint("model", {}):
        pass
    assert cloud.calls == []
