"""Builds that write files and report them."""

from __future__ import annotations

import base64
from typing import Any

from tests.local_server import ACCOUNT, REGION
from tests.unit.localcloud.codebuild.conftest import Cloud, spec

GROUPS = f"arn:aws:codebuild:{REGION}:{ACCOUNT}:report-group"


def writes(**files: str) -> list[str]:
    """Commands that write files, `a__b_xml` being `a/b.xml`."""
    made = []
    for name, text in files.items():
        path = name.replace("__", "/").replace("_xml", ".xml")
        encoded = base64.b64encode(text.encode()).decode()
        made += [f'mkdir -p "$(dirname {path})"', f"echo {encoded} | base64 -d > {path}"]
    return made


def reports(*lines: str, **files: str) -> str:
    """A buildspec that writes files, and reports as these lines say."""
    return spec(build=writes(**files)) + "reports:\n" + "".join(f"  {each}\n" for each in lines)


def only(cloud: Cloud, build: dict[str, Any]) -> dict[str, Any]:
    """The one report of a build."""
    (arn,) = build["reportArns"]
    found: dict[str, Any] = cloud.codebuild.batch_get_reports(reportArns=[arn])["reports"][0]
    return found
