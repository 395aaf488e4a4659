"""Read a pipeline definition as the service would: find steps, resolve expressions, check requests.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape
from botocore.validate import ParamValidator

# Which API call each type of step makes, and the name that SageMaker itself adds to the request.
EXAMPLE_URI = "s3://example-bucket/of/an/earlier/step"
EXAMPLE_VERSION = "arn:aws:sagemaker:us-east-1:123456789012:model-package/abalonepackagegroup/3"
REQUESTS = {
    "Processing": ("CreateProcessingJob", "ProcessingJobName"),
    "Training": ("CreateTrainingJob", "TrainingJobName"),
    "Transform": ("CreateTransformJob", "TransformJobName"),
    "Model": ("CreateModel", "ModelName"),
    "QualityCheck": ("CreateProcessingJob", "ProcessingJobName"),
    "ClarifyCheck": ("CreateProcessingJob", "ProcessingJobName"),
    "RegisterModel": ("CreateModelPackage", None),
}


def all_steps(definition: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every step by name, those in the branches of conditions too."""
    return {step["Name"]: step for step in _walk_steps(definition["Steps"])}


def _walk_steps(steps: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for step in steps:
        yield step
        for branch in ("IfSteps", "ElseSteps"):
            yield from _walk_steps(step["Arguments"].get(branch, []))


def dependencies(step: dict[str, Any]) -> set[str]:
    """The steps that this one waits for, because it names them or reads something of theirs."""
    branches = ("IfSteps", "ElseSteps")
    arguments = {name: item for name, item in step["Arguments"].items() if name not in branches}
    own = step | {"Arguments": arguments}
    read = {
        match[1]
        for reference in _references(own)
        if (match := re.match(r"Steps\.([A-Za-z0-9-]+)\.", reference))
    }
    return read | set(step.get("DependsOn", []))


def longest_chain(definition: dict[str, Any], kinds: set[str]) -> list[str]:
    """The longest chain of steps that wait for each other, counting those of the given types."""
    steps = all_steps(definition)
    conditions = {
        inner["Name"]: name
        for name, step in steps.items()
        for branch in ("IfSteps", "ElseSteps")
        for inner in step["Arguments"].get(branch, [])
    }

    @cache
    def chain(name: str) -> tuple[str, ...]:
        before = dependencies(steps[name]) | ({conditions[name]} if name in conditions else set())
        longest = max((chain(earlier) for earlier in before), key=len, default=())
        return (*longest, name) if steps[name]["Type"] in kinds else longest

    return list(max((chain(name) for name in steps), key=len))


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if set(value) == {"Get"}:
            yield value["Get"]
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def resolve(value: Any, definition: dict[str, Any]) -> Any:
    """The value with parameters' defaults, and with examples for what only a run can know."""
    defaults = {p["Name"]: p["DefaultValue"] for p in definition["Parameters"]}
    if isinstance(value, list):
        return [resolve(item, definition) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Get"}:
        kind, _, name = value["Get"].partition(".")
        return {
            "Parameters": defaults.get(name),
            "Execution": "abcdefghij12",
            "Steps": _of_a_step(name),
        }[kind]
    if set(value) == {"Std:JsonGet"}:
        return 7.5
    if set(value) == {"Std:Join"}:
        parts = resolve(value["Std:Join"]["Values"], definition)
        return str(value["Std:Join"]["On"]).join(str(part) for part in parts)
    return {key: resolve(item, definition) for key, item in value.items()}


def _of_a_step(name: str) -> str:
    if name.endswith(".ModelName"):
        return "a-name"
    return EXAMPLE_VERSION if name.endswith("['ModelPackageArn']") else EXAMPLE_URI


@cache
def _service_model() -> ServiceModel:
    return botocore.session.get_session().get_service_model("sagemaker")


def request_errors(step: dict[str, Any], definition: dict[str, Any]) -> list[str]:
    """What botocore's model of SageMaker's API has against the request of a job's step."""
    operation, name = REQUESTS[step["Type"]]
    request = resolve(step["Arguments"], definition)
    if name:
        request[name] = "a-name"
    shape = _service_model().operation_model(operation).input_shape
    report = ParamValidator().validate(request, shape)
    return [report.generate_report()] * report.has_errors() + list(_bad_values(request, shape, ""))


def _bad_values(value: Any, shape: Shape, path: str) -> Iterator[str]:
    # botocore's validator checks types and presence; the enums and patterns are checked here.
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        for key, item in value.items():
            if key not in shape.members:
                yield f"{path}.{key} is no member of {shape.name}"
            else:
                yield from _bad_values(item, shape.members[key], f"{path}.{key}")
    elif isinstance(shape, MapShape) and isinstance(value, dict):
        for key, item in value.items():
            yield from _bad_values(key, shape.key, f"{path}.{key}")
            yield from _bad_values(item, shape.value, f"{path}.{key}")
    elif isinstance(shape, ListShape) and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _bad_values(item, shape.member, f"{path}[{index}]")
    elif isinstance(value, str):
        enum = shape.metadata.get("enum")
        if enum and value not in enum:
            yield f"{path} = {value!r} is none of {shape.name}'s values"
        pattern = shape.metadata.get("pattern", "")
        # Python's re has no Unicode classes (\\p{L}).
        if pattern and "\\p" not in pattern and not re.fullmatch(pattern, value):
            yield f"{path} = {value!r} does not match {pattern}"
