"""A training job in an image of an older version than is installed here: without the image's library.

A tag promises a version of a framework, and what is installed is another. A program that does not use
the framework runs as it would on AWS, as does the one with which the SageMaker SDK repacks a model (its
image is scikit-learn 1.2 whatever the model's is, `_utils.py` of sagemaker.mlops.workflow). So the job is
run, and an import of the framework fails by name: it must not get another version than it asked for.
Only for jobs with an entrypoint of their own, whose processes all begin with the job's environment.
"""

from __future__ import annotations

from collections.abc import Mapping

from localcloud.sagemaker.containers.container import ContainerDirectory
from localcloud.sagemaker.containers.images.image import Image

_PATH = "PYTHONPATH"
# In the container's own /tmp: what stands before the installed libraries on the module path.
_FOLDER = ".older-version"


def hide_library(
    image: Image, image_uri: str, directory: ContainerDirectory, environment: Mapping[str, str]
) -> dict[str, str]:
    """Have a container's Python refuse the library of its image; the variables to set for that.

    `environment` is what the container is to have otherwise: a module path of its own comes second.
    """
    supported = f"{image.repository}:{image.example_tag} ({image.library} as installed here)"
    for module in image.version_modules:
        folder = directory.temporary / _FOLDER / module
        folder.mkdir(parents=True)
        text = f"unsupported by the local cloud: import of {module} in {image_uri}; supported: "
        (folder / "__init__.py").write_text(f"raise ImportError({text + supported!r})\n")
    given = environment.get(_PATH)
    return {_PATH: f"/tmp/{_FOLDER}:{given}" if given else f"/tmp/{_FOLDER}"}
