"""What the checks are made of: the settings that a pipeline's build writes and its jobs read.

They travel in the same file as the code (`bundle`), because a processing job's arguments and
environment hold 256 characters each, and because a check of an older pipeline must not meet the
settings of a newer one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

FILE_NAME = "settings.json"
# Of the open engine's outputs, the folder of the baseline that the version registers.
REGISTERED = "registered"
CHECKS = ("data_quality", "data_bias", "model_quality", "model_bias", "explainability")


@dataclass(frozen=True)
class ModelQualitySettings:
    """Where the data of the model-quality check has what; columns are `_c0`, `_c1` without header.

    `problem_type` is Regression, BinaryClassification or MulticlassClassification.
    """

    problem_type: str
    inference_attribute: str
    ground_truth_attribute: str
    probability_attribute: str | None = None
    probability_threshold: float | None = None


@dataclass(frozen=True)
class CheckSettings:
    """Everything about the checks that is known when the pipeline is built.

    The two bias checks and the explainability check are described as Clarify has it, by an
    analysis configuration each
    (https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-configure-analysis.html).
    """

    model_quality: ModelQualitySettings
    data_bias: Mapping[str, Any]
    model_bias: Mapping[str, Any]
    explainability: Mapping[str, Any]
    data_quality_header: bool = True

    def to_json(self) -> str:
        """The content of the file, always the same for the same settings."""
        return json.dumps(asdict(self), indent=2, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> CheckSettings:
        """The settings in the file."""
        content = json.loads(text)
        return cls(**{**content, "model_quality": ModelQualitySettings(**content["model_quality"])})
