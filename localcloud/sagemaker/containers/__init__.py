"""Containers without Docker: what runs in place of SageMaker's images, and the contract they keep.

`images` finds the stand-in for an image URI, `container.start` runs it, `layout` writes the files of
`/opt/ml`, `prewarm` gets a framework imported before the first job needs it. This file imports
nothing: a container's own process imports parts of the package.
"""

from __future__ import annotations


def prewarm(image_uri: str) -> None:
    """Begin, in the background, to import what a container of this image starts from.

    Call it as soon as a use of the image is in sight (a pipeline was created or started). Does
    nothing when it is under way or done, or for an image that is not known here: whoever creates the
    job is told that.
    """
    from localcloud.errors import AwsError
    from localcloud.sagemaker.containers import images
    from localcloud.sagemaker.containers.warm_parents import warm_parents

    try:
        framework = images.resolve(image_uri).framework
    except AwsError:
        return
    warm_parents().begin(framework)
