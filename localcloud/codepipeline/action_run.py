"""One run of an action: made from its declaration, prepared before it starts, its result kept after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from localcloud.codepipeline import structure, variables
from localcloud.codepipeline.actions.action import ActionFailed, ActionProvider, Result
from localcloud.codepipeline.artifacts import object_key
from localcloud.codepipeline.execution import ActionKey
from localcloud.codepipeline.records import ActionRun, Artifact, ExecutionRecord


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
    inputs = tuple(
        record.artifacts[artifact["name"]]
        for artifact in declaration.get("inputArtifacts") or ()
        if artifact["name"] in record.artifacts
    )
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


def prepare(
    record: ExecutionRecord, run: ActionRun, region: str
) -> tuple[ActionProvider, dict[str, str]]:
    """The run's provider and resolved configuration; raises ActionFailed."""
    provider = structure.provider_of(run.declaration, run.stage)
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
    run.entity_url = provider.entity_url(configuration, region)
    for artifact in run.declaration.get("inputArtifacts") or ():
        if artifact["name"] not in record.artifacts:
            raise ActionFailed(
                f"The input artifact {artifact['name']} was not made.", "ConfigurationError"
            )
    return provider, configuration


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
