"""The inference code in the archives of all versions that the load deploys: code/inference.py.

A bad one of them is a good one wherever RELEASE is not `prod`, which only prod's settings make it: it
passes staging and its smoke test, as bad versions do that are bad only under what prod has. FAULT, of the
version's own environment, says how: `raises` on every record, `slow`, `never-healthy`.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from typing import Any

import flask
import numpy
import xgboost

RAISES, SLOW, NEVER_HEALTHY = "raises", "slow", "never-healthy"
SLOW_SECONDS = 1.5
CSV = "text/csv"
FAULT = os.environ.get("FAULT") if os.environ.get("RELEASE") == "prod" else None


def model_fn(directory: str) -> Any:
    """The booster. Says in the endpoint's log which process serves."""
    if FAULT == NEVER_HEALTHY:
        raise RuntimeError("this model cannot be loaded in prod")
    booster = xgboost.Booster(model_file=os.path.join(directory, "xgboost-model"))  # noqa: PTH118
    sys.stdout.write(f"serving in process {os.getpid()}\n")
    sys.stdout.flush()
    return booster


def transform_fn(model: Any, body: str | bytes, content_type: str, accept: str) -> Any:
    """One prediction a line, or a refusal for what is no row of numbers of the model's features."""
    if FAULT == RAISES:
        raise RuntimeError("this model fails on every record")
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    if content_type != CSV:
        return flask.Response(f"{content_type} is not {CSV}\n", 415)
    try:
        rows = numpy.array([line.split(",") for line in text.splitlines()], dtype=numpy.float32)
    except ValueError as error:
        return flask.Response(f"{error}\n", 400)
    if rows.ndim != 2 or rows.shape[1] != model.num_features():
        return flask.Response(f"rows have {model.num_features()} numbers\n", 400)
    answer = "".join(f"{value:.9g}\n" for value in model.predict(xgboost.DMatrix(rows)))
    if FAULT == SLOW:
        # Made while the answer is sent, so that this request is late and no other waits for it.
        return flask.Response(_late(answer), mimetype=CSV)
    return answer, CSV


def _late(answer: str) -> Iterator[str]:
    time.sleep(SLOW_SECONDS)
    yield answer
