"""The functions that answer a request in script mode: the caller's, and the containers' own.

https://sagemaker.readthedocs.io/en/stable/frameworks/sklearn/using_sklearn.html: `model_fn` must be the
caller's; of `input_fn`, `predict_fn` and `output_fn` each may be, or `transform_fn` in place of all three.
The defaults are those of https://github.com/aws/sagemaker-scikit-learn-container and
https://github.com/aws/sagemaker-xgboost-container (`serving.py` of each).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from localcloud.sagemaker.endpoints.serving import array_formats

SCIKIT_LEARN = "scikit-learn"
XGBOOST = "xgboost"
_PARTS = ("input_fn", "predict_fn", "output_fn")
_NO_MODEL_FN = (
    "\nPlease provide a model_fn implementation.\n"
    "See documentation for model_fn at https://github.com/aws/sagemaker-python-sdk\n"
)


class UserError(Exception):
    """The caller's module has functions that exclude each other; named as the container names it."""


@dataclass(frozen=True)
class Defaults:
    """What a container does where the caller's module has no function for it."""

    input_fn: Callable[[Any, str], Any]
    predict_fn: Callable[[Any, Any], Any]
    output_fn: Callable[[Any, str], Any]


class Handlers:
    """A loaded model, and what makes an answer of a request.

    One request at a time is with the caller's functions: each of AWS's workers is a process of its
    own, and code that was written for that need not be safe in several threads.
    """

    def __init__(self, module: object, framework: str, model_directory: str) -> None:
        """Load the model. Raises UserError, NotImplementedError, or what `model_fn` raises."""
        own = {name: getattr(module, name, None) for name in ("transform_fn", *_PARTS)}
        if own["transform_fn"] and any(own[name] for name in _PARTS):
            raise UserError(
                "Cannot use transform_fn implementation with input_fn, predict_fn, and/or output_fn"
            )
        default = DEFAULTS[framework]
        self._transform_fn = own["transform_fn"]
        self._input_fn = own["input_fn"] or default.input_fn
        self._predict_fn = own["predict_fn"] or default.predict_fn
        self._output_fn = own["output_fn"] or default.output_fn
        self._lock = threading.Lock()
        self._model = getattr(module, "model_fn", _no_model_fn)(model_directory)

    def answer(self, body: str | bytes, content_type: str, accept: str) -> Any:
        """A response, a pair of body and content type, or what else the caller's function returns."""
        with self._lock:
            if self._transform_fn:
                return self._transform_fn(self._model, body, content_type, accept)
            data = self._input_fn(body, content_type)
            return self._output_fn(self._predict_fn(data, self._model), accept)


def _no_model_fn(_directory: str) -> Any:
    raise NotImplementedError(_NO_MODEL_FN)


def _floats(body: Any, content_type: str) -> Any:
    array = array_formats.decode(body, content_type)
    return array.astype("float32") if content_type in array_formats.TEXT_TYPES else array


def _encoded(prediction: Any, accept: str) -> tuple[str | bytes, str]:
    return array_formats.encode(prediction, accept), accept


DEFAULTS = {
    SCIKIT_LEARN: Defaults(_floats, lambda data, model: model.predict(data), _encoded),
    XGBOOST: Defaults(
        array_formats.decode_matrix,
        lambda data, model: model.predict(data, validate_features=False),
        _encoded,
    ),
}
