"""The images known here: one file each in this package, found by repository name.

An image URI is `<account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>`
(https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/ecr-us-east-1.html); account and region
are not looked at, since AWS's registry differs by region. The tag is: a stand-in runs the library
that is installed here, so a tag that promises another version is refused by name rather than trained
with a different one (one exception: `older_version`). To add an image, add a module with an `IMAGE`
(see `image.Image`).
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
import re

from localcloud.errors import unsupported
from localcloud.sagemaker.containers.images.image import Image

_URI = re.compile(
    r"(?P<registry>\d{12}\.dkr\.ecr(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/)?"
    r"(?P<repository>[a-z0-9][a-z0-9._/-]*)(?::(?P<tag>[\w][\w.-]*))?(?:@sha256:[0-9a-f]{64})?"
)


def resolve(image_uri: str, *, or_older: bool = False) -> Image:
    """The stand-in for an image; a ValidationException names what is unknown and what is known.

    With `or_older`, also for an older tag of an image that may go without its library.
    """
    image, tag = _find(image_uri)
    if not image.has_tag(tag) and not (or_older and image.has_older_tag(tag)):
        raise unsupported(
            "container image",
            image_uri,
            [f"{image.repository}:{image.example_tag} ({image.library} as installed here)"],
        )
    return image


def require_processing(image_uri: str) -> Image:
    """The stand-in, if it runs processing jobs."""
    return _require(resolve(image_uri), image_uri, "processing")


def require_training(image_uri: str, *, own_program: bool = False) -> Image:
    """The stand-in, if it trains; for a job with an entrypoint of its own also for an older tag."""
    return _require(resolve(image_uri, or_older=own_program), image_uri, "training")


def require_serving(image_uri: str) -> Image:
    """The stand-in, if it serves models."""
    return _require(resolve(image_uri), image_uri, "serving")


def is_older(image_uri: str) -> bool:
    """Whether a known image's tag names a version before the installed one."""
    image, tag = _find(image_uri)
    return image.has_older_tag(tag)


def known() -> list[str]:
    """The repositories and tags that have a stand-in."""
    return [f"{image.repository}:{image.example_tag}" for image in _images().values()]


def _find(image_uri: str) -> tuple[Image, str]:
    parsed = _URI.fullmatch(image_uri)
    image = _images().get(parsed["repository"]) if parsed else None
    if parsed is None or image is None:
        raise unsupported("container image", image_uri, known())
    return image, parsed["tag"] or "latest"


def _require(image: Image, image_uri: str, use: str) -> Image:
    if use not in image.uses:
        able = [name for name, other in _images().items() if use in other.uses]
        raise unsupported(f"{use} with the container image", image_uri, able)
    return image


@functools.cache
def _images() -> dict[str, Image]:
    found = {}
    for entry in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{entry.name}")
        image = getattr(module, "IMAGE", None)
        if image is not None:
            found[image.repository] = image
    return found
