"""What the pipeline needs of a version, as texts. Pure.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DriftCheckBaselines.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

QUALITY = {"DataQuality": "ModelDataQuality", "ModelQuality": "ModelQuality"}
FILES = ("Statistics", "Constraints")


def outputs(described: Mapping[str, Any]) -> dict[str, str]:
    """The outputs by name, out of DescribeModelPackage's answer; a model-quality baseline that the
    version does not have is an empty text. Raises LookupError for what the pipeline cannot do without."""
    arn = str(described["ModelPackageArn"])
    containers = (described.get("InferenceSpecification") or {}).get("Containers") or []
    if len(containers) != 1:
        raise LookupError(f"{arn} has {len(containers)} containers; one is needed to score with")
    baselines = described.get("DriftCheckBaselines") or {}
    files = {
        f"{check}{file}S3Uri": _uri(baselines, member, file)
        for check, member in QUALITY.items()
        for file in FILES
    }
    missing = [file for file in FILES if not files[f"DataQuality{file}S3Uri"]]
    if missing:
        raise LookupError(
            f"{arn} has no {' and no '.join(missing).lower()} of a data-quality baseline"
            " (DriftCheckBaselines.ModelDataQuality), which the scores are compared with; approve a"
            " version that was registered with one"
        )
    return {
        "ModelPackageArn": arn,
        "ModelDataUrl": str(containers[0].get("ModelDataUrl") or ""),
        "Image": str(containers[0].get("Image") or ""),
        **files,
    }


def _uri(baselines: Mapping[str, Any], member: str, file: str) -> str:
    return str(((baselines.get(member) or {}).get(file) or {}).get("S3Uri") or "")
