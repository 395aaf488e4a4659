"""Images that bring a program of their own and take only data and settings: AWS's two analyzers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from localcloud.errors import unsupported
from localcloud.sagemaker.containers.container import Command, Function
from localcloud.sagemaker.containers.frameworks import XGBOOST
from localcloud.sagemaker.containers.images.image import Image


class AnalysisImage(Image):
    """One of them: a repository, its tags, and the function that stands in for its program."""

    framework = XGBOOST
    uses = frozenset({"processing"})
    distributions = ("xgboost-cpu", "xgboost")

    def __init__(self, repository: str, program: str, tags: tuple[str, ...]) -> None:
        self.repository = repository
        self._program = program
        self._tags = tags

    def processing(self, entrypoint: Sequence[str], arguments: Sequence[str]) -> Command | Function:
        """The image's own program; it takes no other, and no arguments."""
        if entrypoint or arguments:
            raise unsupported(
                f"processing with {self.repository} and",
                "a ContainerEntrypoint or ContainerArguments",
                ["the image's own program, without arguments"],
            )
        return Function(self._program)

    def training(self, hyperparameters: Mapping[str, str]) -> Command | Function:
        raise unsupported("training with the container image", self.repository, [])

    @property
    def library(self) -> str:
        return "the open check engine"

    @property
    def example_tag(self) -> str:
        return self._tags[0]

    def has_tag(self, tag: str) -> bool:
        return tag in self._tags
