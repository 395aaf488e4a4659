"""The parameters that a SageMaker pipeline has, by its definition. Pure.

The schema: https://aws-sagemaker-mlops.github.io/sagemaker-model-building-pipeline-definition-JSON-schema/
"""

from __future__ import annotations

import json

from slipway_shared.codepipeline_job import JobFailure


def declared_parameters(definition: str) -> dict[str, str | None]:
    """Each parameter with its default as a text, None without one. Raises JobFailure."""
    try:
        parameters = json.loads(definition).get("Parameters") or []
        defaults = {each["Name"]: each.get("DefaultValue") for each in parameters}
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise JobFailure(f"the pipeline's definition cannot be read: {error!r}") from error
    return {name: None if value is None else str(value) for name, value in defaults.items()}
