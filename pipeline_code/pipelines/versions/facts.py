"""Everything about a version that is compared with another one, from the registry alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines._utils import CommandError
from pipelines.versions.aws import Aws, read_json
from pipelines.versions.check_facts import check_facts
from pipelines.versions.execution import (
    Execution,
    execution_of,
    pipeline_description,
    training_job,
)
from pipelines.versions.version import Version

_COMMIT = re.compile(r"\bcommit[- ]([0-9a-f]{7,64})\b")


@dataclass
class Facts:
    """A version's facts by section; `notes` says, a sentence each, what could not be had."""

    version: Version
    sections: dict[str, dict[str, Any]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def gather(aws: Aws, version: Version) -> Facts:
    """The facts of a version. Whatever is missing becomes a note, and its section stays short."""
    facts = Facts(version)

    def have(what: Callable[[], Any]) -> Any:
        try:
            return what()
        except CommandError as error:
            facts.notes.append(str(error))
            return None

    execution: Execution | None = have(lambda: execution_of(aws, version))
    if execution is None and not facts.notes:
        facts.notes.append(
            f"{version.name} was not registered by a pipeline execution: it has no parameters, "
            "hyperparameters and flags of checks here"
        )
    job = have(lambda: training_job(aws, execution, version)) if execution else None
    facts.sections = {
        "version": _approval(version),
        "commit": have(lambda: _commit(aws, version, execution)) or {},
        "data": {
            name: version.metadata[name]
            for name in ("InputDataUrl", "InputDataVersion")
            if name in version.metadata
        },
        "metrics": {
            **(have(lambda: _evaluation(aws, version)) or {}),
            **(have(lambda: _model_quality(aws, version)) or {}),
        },
        "parameters": dict(execution.parameters) if execution else {},
        "hyperparameters": dict((job or {}).get("HyperParameters") or {}),
        "checks": check_facts(aws, version, execution, facts.notes),
    }
    return facts


def _approval(version: Version) -> dict[str, Any]:
    described = version.described
    found = {
        "created": _moment(described.get("CreationTime")),
        "created by": _who(described.get("CreatedBy")),
        "approval": version.approval_status,
        "approval description": described.get("ApprovalDescription"),
        # The registry keeps no time of approval: any update since then is the last change.
        "last changed": _moment(described.get("LastModifiedTime")),
        "last changed by": _who(described.get("LastModifiedBy")),
        "description": described.get("ModelPackageDescription"),
    }
    return {name: value for name, value in found.items() if value}


def _moment(value: Any) -> str | None:
    return None if value is None else value.isoformat(sep=" ", timespec="seconds")


def _who(context: Mapping[str, Any] | None) -> str | None:
    context = context or {}
    return context.get("UserProfileName") or (context.get("IamIdentity") or {}).get("Arn")


def _commit(aws: Aws, version: Version, execution: Execution | None) -> dict[str, str]:
    """The commit, and who says it: the surest source first."""
    properties = version.described.get("MetadataProperties") or {}
    found: dict[str, str] = {}
    if properties.get("Repository"):
        found["repository"] = properties["Repository"]
    if properties.get("CommitId"):
        return found | {"commit": properties["CommitId"], "said by": "the version's metadata"}
    if execution is None:
        return found
    named = _COMMIT.search(execution.display_name)
    if named:
        return found | {"commit": named[1], "said by": "the execution's name"}
    named = _COMMIT.search(pipeline_description(aws, execution))
    if named:
        # It may have been built anew since: the description is not kept with its versions.
        return found | {"commit": named[1], "said by": "the pipeline's description, as it is now"}
    return found


def _evaluation(aws: Aws, version: Version) -> dict[str, Any]:
    uri = version.metadata.get("EvaluationS3Uri")
    if not uri:
        raise CommandError(f"{version.name} has no evaluation (no EvaluationS3Uri in its metadata)")
    report = read_json(aws, uri, f"the evaluation of {version.name}")
    found = {f"evaluation {name}": value for name, value in _values(report).items()}
    message = (report.get("comparison") or {}).get("message")
    return found | ({"evaluation against the live version": message} if message else {})


def _model_quality(aws: Aws, version: Version) -> dict[str, Any]:
    uri = version.source("ModelMetrics", "ModelQuality", "Statistics").get("S3Uri")
    if not uri:
        raise CommandError(f"{version.name} has no model-quality statistics in its ModelMetrics")
    report = read_json(aws, uri, f"the model-quality statistics of {version.name}")
    return {f"model quality {name}": value for name, value in _values(report).items()}


def _values(report: Mapping[str, Any]) -> dict[str, float]:
    """The plain numbers of a report in Model Monitor's form; matrices and curves are left out."""
    return {
        name: entry["value"]
        for key, metrics in report.items()
        if key.endswith("_metrics") and isinstance(metrics, Mapping)
        for name, entry in metrics.items()
        if isinstance(entry, Mapping) and isinstance(entry.get("value"), int | float)
    }
