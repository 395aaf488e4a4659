"""What the five checks of an execution did, for a version that it registered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines._utils import CommandError
from pipelines.checks.registry import PLACES
from pipelines.checks.settings import CHECKS
from pipelines.checks.violation import FILE_NAME as VIOLATIONS_FILE
from pipelines.versions.aws import Aws, read_json
from pipelines.versions.execution import Execution
from pipelines.versions.version import Version

# What the flags' parameters call the checks: Skip…Check, RegisterNew…Baseline.
PARAMETERS = {
    "data_quality": "DataQuality",
    "data_bias": "DataBias",
    "model_quality": "ModelQuality",
    "model_bias": "ModelBias",
    "explainability": "ModelExplainability",
}
# What the service's own check steps call them.
CHECK_TYPES = {kind: kind.upper() for kind in CHECKS} | {"explainability": "MODEL_EXPLAINABILITY"}
# Where ModelMetrics has what the run computed; the members are those of DriftCheckBaselines.
CALCULATED = {
    "data_quality": "Constraints",
    "data_bias": "PreTrainingReport",
    "model_quality": "Constraints",
    "model_bias": "PostTrainingReport",
    "explainability": "Report",
}
ADJUSTED = "BaselineAdjusted-"
UNKNOWN = "unknown"
SHOWN = 3


def check_facts(
    aws: Aws, version: Version, execution: Execution | None, notes: list[str]
) -> dict[str, dict[str, Any]]:
    """By check: its flags, what it found, and the baseline that the version brings.

    What cannot be read becomes one of the notes. A check that the version knows nothing of is left
    out.
    """
    facts = {kind: _facts(aws, version, execution, kind, notes) for kind in CHECKS}
    return {kind: found for kind, found in facts.items() if found}


def _facts(
    aws: Aws, version: Version, execution: Execution | None, kind: str, notes: list[str]
) -> dict[str, Any]:
    place = PLACES[kind]
    step = _step(execution, kind)
    baseline = version.source("DriftCheckBaselines", place.member, place.constraints).get("S3Uri")
    calculated = version.source("ModelMetrics", place.member, CALCULATED[kind]).get("S3Uri")
    skip = _flag(execution, step, "SkipCheck", f"Skip{PARAMETERS[kind]}Check")
    register = _flag(
        execution, step, "RegisterNewBaseline", f"RegisterNew{PARAMETERS[kind]}Baseline"
    )
    if baseline is None and calculated is None and skip is None:
        return {}
    found: dict[str, Any] = {
        "skip": UNKNOWN if skip is None else skip,
        "register": UNKNOWN if register is None else register,
        "violations": "not compared",
        "baseline": baseline or "none",
    }
    if not skip:
        # The service names the report of a check that was violated; the file is always that one.
        beside = f"{calculated.rpartition('/')[0]}/{VIOLATIONS_FILE}" if calculated else None
        found["violations"] = _violations(aws, step.get("ViolationReport") or beside, kind, notes)
    adjusted = version.metadata.get(f"{ADJUSTED}{kind}")
    if adjusted:
        found["adjusted"] = adjusted
    return found


def _step(execution: Execution | None, kind: str) -> Mapping[str, Any]:
    """What the service's own check step says; {} for the open engine's, which is a mere job."""
    steps = execution.metadata("QualityCheck", "ClarifyCheck") if execution else []
    return next((each for each in steps if each.get("CheckType") == CHECK_TYPES[kind]), {})


def _flag(
    execution: Execution | None, step: Mapping[str, Any], member: str, parameter: str
) -> bool | None:
    if member in step:
        return bool(step[member])
    value = execution.parameters.get(parameter) if execution else None
    return None if value is None else value == "true"


def _violations(aws: Aws, uri: str | None, kind: str, notes: list[str]) -> str:
    if uri is None:
        return UNKNOWN
    try:
        found = read_json(aws, uri, f"the violations of {kind}").get("violations") or []
    except CommandError as error:
        # A version that is registered has passed its checks, unless they were told not to fail.
        if "is missing" not in str(error):
            notes.append(str(error))
        return "none reported"
    if not found:
        return "none"
    named = [
        f"{each.get('feature_name') or each.get('metric_name') or each.get('label') or '?'} "
        f"({each.get('constraint_check_type', '?')})"
        for each in found
    ]
    more = f", and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
    return f"{len(named)}: {', '.join(named[:SHOWN])}{more}"
