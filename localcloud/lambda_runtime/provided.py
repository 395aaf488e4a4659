"""What AWS's Python runtimes provide beside the standard library: the SDK, and what it needs.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html (SDK versions included in runtimes)
A folder of links into this environment's site-packages: the version is the one installed here.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from localcloud.cloud import current

MODULES = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")


def folder() -> Path:
    """The folder, made if it is not there."""
    made = current().directory("lambda", "provided")
    for name in MODULES:
        found = importlib.util.find_spec(name)
        if found is None or found.origin is None:
            continue
        origin = Path(found.origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        link = made / source.name
        if not link.is_symlink():
            link.symlink_to(source)
    return made
