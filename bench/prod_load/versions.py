"""Two models that can be told apart by their answers, and the versions that are registered with them.

They are trained by the pipeline's own scripts, beside any cloud: the load needs versions quickly, and
what a pipeline registers is the business of other tests. What a version's archive has beside the model
is `inference.py`, and its environment says in which way it is bad.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bench.prod_load import samples
from demo.versions import with_files
from tests.e2e import trained
from tests.e2e.deployed import Deployed
from tests.e2e.trained import Model, image

__all__ = ["Model", "image", "register", "train"]

INFERENCE = Path(__file__).with_name("inference.py")
# Two trainings whose predictions differ: boosting rounds, and hyperparameters.
TRAININGS: dict[str, tuple[int, dict[str, float]]] = {
    "first": (40, {"max_depth": 4, "eta": 0.2}),
    "second": (60, {"max_depth": 6, "eta": 0.1}),
}
_numbers = itertools.count()


def train(scratch: Path) -> dict[str, Model]:
    """Both models by name. Raises ValueError if they cannot be told apart."""
    base = trained.split(scratch / "training")
    code = {"code/inference.py": INFERENCE.read_bytes()}
    models = {}
    for name, (rounds, hyperparameters) in TRAININGS.items():
        model = trained.train(base, rounds=rounds, **hyperparameters)
        models[name] = replace(model, archive=with_files(model.archive, code))
    samples.require_distinguishable({name: each.predictions for name, each in models.items()})
    return models


def register(
    deployed: Deployed, model: Model, image_uri: str, environment: Mapping[str, str] | None = None
) -> str:
    """A version with the model and its evaluation, which waits for approval; its ARN."""
    script = {
        "SAGEMAKER_PROGRAM": "inference.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
        **(environment or {}),
    }
    return trained.register(deployed, model, image_uri, f"load-{next(_numbers)}", script)
