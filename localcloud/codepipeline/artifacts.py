"""Where a pipeline's artifacts lie in its store.

`<pipeline, first 20>/<artifact, first 10>/<7 random>`; the lengths are inferred from examples such as
`my-pipeline/invokeOutp/D0YHsJn`, https://docs.aws.amazon.com/lambda/latest/dg/services-codepipeline.html
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable

_SIGNS = string.ascii_letters + string.digits


def _random() -> str:
    return "".join(secrets.choice(_SIGNS) for _ in range(7))


def object_key(pipeline: str, artifact: str, random: Callable[[], str] = _random) -> str:
    """A new key for one artifact of one execution."""
    return f"{pipeline[:20]}/{artifact[:10]}/{random()}"
