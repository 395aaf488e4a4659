"""What the scikit-learn container asks to serve a forest."""

import io
import json
import pathlib

import joblib
import numpy as np


def model_fn(model_dir):
    return joblib.load(pathlib.Path(model_dir) / "forest.joblib")


def input_fn(body, content_type):
    if content_type != "text/csv":
        raise ValueError(f"only text/csv, not {content_type}")
    text = body if isinstance(body, str) else body.decode()
    return np.loadtxt(io.StringIO(text), delimiter=",", ndmin=2)


def predict_fn(wines, model):
    return model.predict_proba(wines)


def output_fn(shares, accept):
    return json.dumps({"cultivars": shares.argmax(axis=1).tolist()}), "application/json"
