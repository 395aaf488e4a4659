"""What the stand-in for a container image says of itself."""

from __future__ import annotations

import importlib.metadata
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from localcloud.errors import unsupported
from localcloud.sagemaker.containers.container import Command, Function
from localcloud.sagemaker.containers.frameworks import Framework

_VERSION = re.compile(r"(\d+)\.(\d+)(?:[.-]|$)")


class Image(ABC):
    """One repository of AWS's registry, and what runs in its place."""

    repository: str
    framework: Framework
    # Of "processing", "training", "serving".
    uses: frozenset[str]
    # The distributions of which one is the library that the tag's version is of.
    distributions: tuple[str, ...]
    # What is imported of that library. With any named, an older tag will do for a training job whose
    # own program does without them (`older_version`).
    version_modules: tuple[str, ...] = ()

    def processing(self, entrypoint: Sequence[str], arguments: Sequence[str]) -> Command | Function:
        """What a processing job runs: an entrypoint replaces the image's, as `docker run` has it."""
        if not entrypoint:
            raise unsupported(
                f"processing with {self.repository} and",
                "no ContainerEntrypoint",
                ["a ContainerEntrypoint such as ['python3', '/opt/ml/processing/input/code/x.py']"],
            )
        return Command((*entrypoint, *arguments))

    @abstractmethod
    def training(self, hyperparameters: Mapping[str, str]) -> Command | Function:
        """What a training job runs; refuses by name what the image can do and its stand-in not."""

    def trains_on_several_hosts(self, hyperparameters: Mapping[str, str]) -> bool:
        """Whether what a training job runs can share its work with other instances."""
        return False

    def serving(self, environment: Mapping[str, str]) -> Command | Function:
        """What an endpoint runs, by the environment that its model gives the container."""
        raise unsupported("serving with the container image", self.repository, [])

    @property
    def metric_definitions(self) -> list[dict[str, str]]:
        """Name and Regex of the metrics that a built-in algorithm defines by itself."""
        return []

    @property
    def library(self) -> str:
        """The library and the version of it that is installed here."""
        for name in self.distributions:
            try:
                return f"{name} {importlib.metadata.version(name)}"
            except importlib.metadata.PackageNotFoundError:
                continue
        return f"{self.distributions[0]}, not installed"

    @property
    def version(self) -> tuple[str, ...]:
        """Major and minor version of the installed library: what a tag must name."""
        return tuple(self.library.split()[-1].split(".")[:2])

    @property
    def example_tag(self) -> str:
        """A tag that is accepted."""
        return f"{'.'.join(self.version)}-0"

    def has_tag(self, tag: str) -> bool:
        """Whether a tag, `3.2-0` or `1.9-0-cpu-py3`, names the installed version."""
        named = _VERSION.match(tag)
        return named is not None and named.groups() == self.version

    def has_older_tag(self, tag: str) -> bool:
        """Whether a tag names a version before the installed one, in an image that may lack it."""
        named = _VERSION.match(tag)
        if named is None or not self.version_modules:
            return False
        return tuple(map(int, named.groups())) < tuple(map(int, self.version))
