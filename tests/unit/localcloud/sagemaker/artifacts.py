"""Model archives with models that were really trained."""

from __future__ import annotations

import functools
import io
import tarfile

import numpy
import xgboost


def archive(**files: bytes) -> bytes:
    """A model.tar.gz."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as members:
        for name, body in files.items():
            entry = tarfile.TarInfo(name.replace("_", "-"))
            entry.size = len(body)
            members.addfile(entry, io.BytesIO(body))
    return content.getvalue()


@functools.cache
def trained(answer: float) -> bytes:
    """A model of two features that has learnt to answer always the same."""
    random = numpy.random.default_rng(0)
    features = random.normal(size=(50, 2))
    matrix = xgboost.DMatrix(features, label=numpy.full(50, answer))
    booster = xgboost.train({"objective": "reg:squarederror", "nthread": 1}, matrix, 10)
    return archive(xgboost_model=bytes(booster.save_raw()))


@functools.cache
def echoing() -> bytes:
    """A model of two features that answers the first one, for whole numbers below ten."""
    features = numpy.array([[number % 10, 0] for number in range(100)], dtype=float)
    matrix = xgboost.DMatrix(features, label=features[:, 0])
    settings = {
        "objective": "reg:squarederror",
        "learning_rate": 1,
        "lambda": 0,
        "base_score": 0,
        "nthread": 1,
    }
    return archive(xgboost_model=bytes(xgboost.train(settings, matrix, 3).save_raw()))
