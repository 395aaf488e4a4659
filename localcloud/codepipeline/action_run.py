"""One run of an action or rule: made of its declaration, resolved before it starts, its result kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from localcloud.codepipeline import variables
from localcloud.codepipeline.actions.action import ActionFailed, Result
from localcloud.codepipeline.artifacts import object_key
from localcloud.codepipeline.conditions import conditions_of
from localcloud.codepipeline.execution import ActionKey, CheckKey
from localcloud.codepipeline.records import ActionRun, Artifact, ConditionRun, ExecutionRecord


def new_run(record: ExecutionRecord, key: ActionKey, pipeline: str, now: datetime) -> ActionRun:
    """A run of an action that starts now, with the artifacts that are there and places for its own."""
    declaration = next(
        action
        for stage in record.declaration["stages"]
        if stage["name"] == key.stage
        for action in stage["actions"]
        if action["name"] == key.action
    )
    bucket = record.declaration["artifactStore"]["location"]
    inputs = _inputs(record, declaration)
    # What is made of a revision is of that revision (inferred).
    revision = inputs[0].revision if inputs else None
    outputs = tuple(
        Artifact(artifact["name"], bucket, object_key(pipeline, artifact["name"]), revision)
        for artifact in declaration.get("outputArtifacts") or ()
    )
    return ActionRun(
        key.execution_id,
        key.stage,
        key.action,
        record.version,
        declaration,
        now,
        now,
        updated_by=record.declaration["roleArn"],
        resolved_configuration=dict(declaration.get("configuration") or {}),
        inputs=inputs,
        outputs=outputs,
    )


def new_condition(record: ExecutionRecord, key: CheckKey, now: datetime) -> ConditionRun:
    """A look at a condition that starts now, with a run of each of its rules."""
    stage = next(each for each in record.declaration["stages"] if each["name"] == key.stage)
    condition = conditions_of(stage)[key.kind]
    runs = [
        ActionRun(
            key.execution_id,
            key.stage,
            rule["name"],
            record.version,
            rule,
            now,
            now,
            updated_by=record.declaration["roleArn"],
            resolved_configuration=dict(rule.get("configuration") or {}),
            inputs=_inputs(record, rule),
        )
        for rule in condition["rules"]
    ]
    return ConditionRun(key.execution_id, key.stage, key.kind, condition["result"], runs, now)


def resolve(record: ExecutionRecord, run: ActionRun) -> dict[str, str]:
    """The run's resolved configuration; raises ActionFailed."""
    namespaces = {
        **record.namespaces,
        variables.PIPELINE_NAMESPACE: record.variables,
        variables.RESERVED_NAMESPACE: {"PipelineExecutionId": record.id},
    }
    try:
        configuration = variables.resolve(run.declaration.get("configuration") or {}, namespaces)
    except variables.Unresolved as error:
        raise ActionFailed(str(error), "ConfigurationError") from error
    run.resolved_configuration = configuration
    for artifact in run.declaration.get("inputArtifacts") or ():
        if artifact["name"] not in record.artifacts:
            raise ActionFailed(
                f"The input artifact {artifact['name']} was not made.", "ConfigurationError"
            )
    return configuration


def _inputs(record: ExecutionRecord, taker: Mapping[str, Any]) -> tuple[Artifact, ...]:
    return tuple(
        record.artifacts[artifact["name"]]
        for artifact in taker.get("inputArtifacts") or ()
        if artifact["name"] in record.artifacts
    )


def take_result(record: ExecutionRecord, run: ActionRun, result: Result) -> None:
    """Keep what an action made: its variables, its revision, its artifacts."""
    run.variables = dict(result.variables)
    namespace = run.declaration.get("namespace")
    if namespace:
        record.namespaces[namespace] = dict(result.variables)
    outputs: Sequence[Artifact] = run.outputs
    if result.revision is not None:
        run.revision = result.revision
        run.summary = run.summary or result.revision.summary
        run.external_id = run.external_id or result.revision.revision_id
        run.external_url = run.external_url or result.revision.url
        record.revisions = [each for each in record.revisions if each.action_name != run.action]
        record.revisions.append(result.revision)
        revision = result.revision.revision_id
        outputs = run.outputs = tuple(replace(each, revision=revision) for each in outputs)
    for artifact in outputs:
        record.artifacts[artifact.name] = artifact
