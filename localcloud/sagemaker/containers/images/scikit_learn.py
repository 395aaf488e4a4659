"""`sagemaker-scikit-learn`: runs the caller's scripts with scikit-learn, pandas and NumPy.

https://docs.aws.amazon.com/sagemaker/latest/dg/use-scikit-learn-processing-container.html. Known
difference: the script sees the libraries installed here, at their versions, not the image's list.
"""

from __future__ import annotations

from collections.abc import Mapping

from localcloud.sagemaker.containers.container import Command, Function
from localcloud.sagemaker.containers.frameworks import SCIKIT_LEARN
from localcloud.sagemaker.containers.images import script_mode
from localcloud.sagemaker.containers.images.image import Image


class ScikitLearn(Image):
    """The script runner."""

    repository = "sagemaker-scikit-learn"
    framework = SCIKIT_LEARN
    uses = frozenset({"processing", "training"})
    distributions = ("scikit-learn",)

    def training(self, hyperparameters: Mapping[str, str]) -> Command | Function:
        """The script that `sagemaker_program` names."""
        return script_mode.program(self.repository, hyperparameters)

    @property
    def example_tag(self) -> str:
        return f"{'.'.join(self.version)}-0-cpu-py3"


IMAGE = ScikitLearn()
