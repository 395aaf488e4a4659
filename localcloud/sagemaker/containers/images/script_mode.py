"""The caller's own code in the framework images: what it is named by, and what runs it.

The framework images unpack `sagemaker_submit_directory` and run `sagemaker_program` from it with the
other hyperparameters as arguments and a set of SM_ variables
(https://github.com/aws/sagemaker-training-toolkit/blob/master/ENVIRONMENT_VARIABLES.md). To serve they
read SAGEMAKER_PROGRAM: where the variable is there, empty or not, XGBoost's does not serve with the
built-in algorithm (https://github.com/aws/sagemaker-xgboost-container, `serving.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from localcloud.errors import ValidationException
from localcloud.sagemaker.containers.container import Function
from localcloud.sagemaker.containers.training_toolkit import PROGRAM


def names_a_script(hyperparameters: Mapping[str, str]) -> bool:
    """Whether a training job is to run a script of the caller's."""
    return PROGRAM in hyperparameters


def program(repository: str, hyperparameters: Mapping[str, str]) -> Function:
    """What runs the script. Raises ValidationException when the hyperparameters name none."""
    if not names_a_script(hyperparameters):
        raise ValidationException(
            f"unsupported by the local cloud: training with {repository} and no script; "
            f"supported: the hyperparameters {PROGRAM} and sagemaker_submit_directory"
        )
    return Function("localcloud.sagemaker.containers.training_toolkit:main")


def names_a_module(environment: Mapping[str, str]) -> bool:
    """Whether a model is to be served with a module of the caller's."""
    return PROGRAM.upper() in environment


def server(framework: str) -> Function:
    """What serves with it; `framework` is one of `serving.handlers.DEFAULTS`."""
    return Function("localcloud.sagemaker.endpoints.serving.script_mode:main", (framework,))
