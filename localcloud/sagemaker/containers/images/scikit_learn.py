"""`sagemaker-scikit-learn`: runs the caller's code with scikit-learn, pandas and NumPy.

https://docs.aws.amazon.com/sagemaker/latest/dg/use-scikit-learn-processing-container.html
https://sagemaker.readthedocs.io/en/stable/frameworks/sklearn/using_sklearn.html. Known difference: the code
sees the libraries installed here, at their versions, not the image's list.
"""

from __future__ import annotations

from collections.abc import Mapping

from localcloud.sagemaker.containers.container import Command, Function
from localcloud.sagemaker.containers.frameworks import SCIKIT_LEARN
from localcloud.sagemaker.containers.images import script_mode
from localcloud.sagemaker.containers.images.image import Image


class ScikitLearn(Image):
    """Runs scripts, and serves with the caller's functions."""

    repository = "sagemaker-scikit-learn"
    framework = SCIKIT_LEARN
    uses = frozenset({"processing", "training", "serving"})
    distributions = ("scikit-learn",)
    version_modules = ("sklearn",)

    def training(self, hyperparameters: Mapping[str, str]) -> Command | Function:
        """The script that `sagemaker_program` names."""
        return script_mode.program(self.repository, hyperparameters)

    def serving(self, environment: Mapping[str, str]) -> Command | Function:
        """The server of the caller's module; it ends if the model names none, as AWS's does."""
        return script_mode.server("scikit-learn")

    @property
    def example_tag(self) -> str:
        return f"{'.'.join(self.version)}-0-cpu-py3"


IMAGE = ScikitLearn()
