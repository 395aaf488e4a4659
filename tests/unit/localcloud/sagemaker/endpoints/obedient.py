"""A model with code of its own that does what a request says."""

from __future__ import annotations

from uuid import uuid4

from tests.unit.localcloud.sagemaker.artifacts import archive
from tests.unit.localcloud.sagemaker.service import image

from .conftest import Hosting

# `wait F` answers once the file is there, `allocate N` keeps N MiB, `leave` ends the process, `long N`
# is answered with N bytes, `fail` with an error; all else with the process's number.
CODE = """
import os, pathlib, time
HELD = []
def model_fn(model_dir):
    return os.getpid()
def input_fn(body, content_type):
    return body
def predict_fn(body, pid):
    word, _, rest = body.partition(" ")
    if word == "wait":
        pathlib.Path(rest + ".in").touch()
        while not pathlib.Path(rest).exists():
            time.sleep(0.01)
    elif word == "allocate":
        HELD.append(bytearray(int(rest) << 20))
    elif word == "leave":
        os._exit(1)
    elif word == "long":
        return "x" * int(rest)
    elif word == "fail":
        raise ValueError("no")
    return str(pid)
def output_fn(answer, accept):
    return answer, "text/plain"
"""


def obedient(hosting: Hosting) -> str:
    """Such a model, of the scikit-learn image."""
    body = archive(**{"code/inference.py": CODE.encode()})
    return hosting.model(
        hosting.service.put(f"{uuid4().hex}/model.tar.gz", body),
        Image=image("sagemaker-scikit-learn"),
        Environment={
            "SAGEMAKER_PROGRAM": "inference.py",
            "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
        },
    )
