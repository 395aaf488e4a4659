"""AWS::CodePipeline::Pipeline.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codepipeline-pipeline.html
Members that the service itself refuses (triggers, rule providers that are not built) fail the resource
in the service's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud.cloudformation.resource import Context, Created, Resource, check_members

# Members whose own members are names of the user's, not of AWS's.
_MAPS = frozenset({"Configuration"})
_NUMBERS = frozenset({"RunOrder", "TimeoutInMinutes"})
_ACTION_MEMBERS = frozenset(
    {
        "ActionTypeId",
        "Commands",
        "Configuration",
        "EnvironmentVariables",
        "InputArtifacts",
        "Name",
        "Namespace",
        "OutputArtifacts",
        "OutputVariables",
        "Region",
        "RoleArn",
        "RunOrder",
        "TimeoutInMinutes",
    }
)
_STAGE_MEMBERS = frozenset({"Actions", "BeforeEntry", "Blockers", "Name", "OnFailure", "OnSuccess"})

_CONDITIONS_MEMBERS = {
    "BeforeEntry": frozenset({"Conditions"}),
    "OnSuccess": frozenset({"Conditions"}),
    "OnFailure": frozenset({"Conditions", "Result", "RetryConfiguration"}),
}
_RULE_MEMBERS = frozenset(
    {
        "Commands",
        "Configuration",
        "InputArtifacts",
        "Name",
        "Region",
        "RoleArn",
        "RuleTypeId",
        "TimeoutInMinutes",
    }
)


class Pipeline(Resource):
    """A pipeline; `Ref` answers its name."""

    type_name = "AWS::CodePipeline::Pipeline"
    name_property = "Name"
    properties = frozenset(
        {
            "ArtifactStore",
            "ArtifactStores",
            "DisableInboundStageTransitions",
            "ExecutionMode",
            "Name",
            "PipelineType",
            "RestartExecutionOnUpdate",
            "RoleArn",
            "Stages",
            "Tags",
            "Triggers",
            "Variables",
        }
    )
    required = frozenset({"RoleArn", "Stages"})
    create_only = frozenset({"Name"})
    attributes = frozenset({"Version"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        name = properties.get("Name") or context.generate_name(100)
        _check(properties)
        client = context.client("codepipeline")
        tags = [
            {"key": tag["Key"], "value": tag["Value"]}
            for tag in context.tags(properties.get("Tags"))
        ]
        made = client.create_pipeline(
            pipeline=declaration(name, properties), **({"tags": tags} if tags else {})
        )
        context.made(name)
        for transition in properties.get("DisableInboundStageTransitions", ()):
            _disable(client, name, transition)
        return Created(name, {"Version": str(made["pipeline"]["version"])})

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> Mapping[str, Any]:
        _check(new)
        client = context.client("codepipeline")
        before, after = declaration(physical_id, old), declaration(physical_id, new)
        if before != after:
            version = client.update_pipeline(pipeline=after)["pipeline"]["version"]
        else:
            version = client.get_pipeline(name=physical_id)["pipeline"]["version"]
        self._update_tags(physical_id, old, new, context)
        self._update_transitions(physical_id, old, new, client)
        if str(new.get("RestartExecutionOnUpdate", "false")).lower() == "true":
            client.start_pipeline_execution(name=physical_id)
        return {"Version": str(version)}

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        context.client("codepipeline").delete_pipeline(name=physical_id)

    def _update_tags(
        self, name: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        client, arn = context.client("codepipeline"), context.arn("codepipeline", name)
        wanted = {tag["Key"]: tag["Value"] for tag in context.tags(new.get("Tags"))}
        had = {tag["Key"] for tag in old.get("Tags") or ()}
        if gone := sorted(had - set(wanted)):
            client.untag_resource(resourceArn=arn, tagKeys=gone)
        if wanted:
            tags = [{"key": key, "value": value} for key, value in wanted.items()]
            client.tag_resource(resourceArn=arn, tags=tags)

    def _update_transitions(
        self, name: str, old: dict[str, Any], new: dict[str, Any], client: Any
    ) -> None:
        wanted = {each["StageName"]: each for each in new.get("DisableInboundStageTransitions", ())}
        for transition in old.get("DisableInboundStageTransitions", ()):
            if transition["StageName"] not in wanted:
                client.enable_stage_transition(
                    pipelineName=name,
                    stageName=transition["StageName"],
                    transitionType="Inbound",
                )
        for transition in wanted.values():
            _disable(client, name, transition)


def _check(properties: Mapping[str, Any]) -> None:
    """Refuse unknown members of stages, actions and rules, which the API would drop without a word."""
    for stage in properties["Stages"]:
        check_members(f"{Pipeline.type_name} Stages", stage, _STAGE_MEMBERS)
        for action in stage.get("Actions", ()):
            check_members(f"{Pipeline.type_name} Stages.Actions", action, _ACTION_MEMBERS)
        for member, known in _CONDITIONS_MEMBERS.items():
            if stage.get(member):
                _check_conditions(f"{Pipeline.type_name} Stages.{member}", stage[member], known)
    for variable in properties.get("Variables", ()):
        known = frozenset({"DefaultValue", "Description", "Name"})
        check_members(f"{Pipeline.type_name} Variables", variable, known)


def _check_conditions(said: str, given: Mapping[str, Any], known: frozenset[str]) -> None:
    check_members(said, given, known)
    if given.get("RetryConfiguration"):
        modes = frozenset({"RetryMode"})
        check_members(f"{said}.RetryConfiguration", given["RetryConfiguration"], modes)
    for condition in given.get("Conditions", ()):
        check_members(f"{said}.Conditions", condition, frozenset({"Result", "Rules"}))
        for rule in condition.get("Rules", ()):
            check_members(f"{said}.Conditions.Rules", rule, _RULE_MEMBERS)


def declaration(name: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """The API's `PipelineDeclaration` of a template's properties. Pure."""
    made: dict[str, Any] = {"name": name, "pipelineType": properties.get("PipelineType", "V1")}
    for member in ("RoleArn", "ArtifactStore", "ExecutionMode", "Stages", "Variables", "Triggers"):
        if member in properties:
            made[_first_lower(member)] = _converted(properties[member])
    if "ArtifactStores" in properties:
        made["artifactStores"] = {
            each["Region"]: _converted(each["ArtifactStore"])
            for each in properties["ArtifactStores"]
        }
    return made


def _converted(value: Any) -> Any:
    if isinstance(value, Mapping):
        converted: dict[str, Any] = {}
        for name, inner in value.items():
            if name in _MAPS:
                converted[_first_lower(name)] = {key: _text(each) for key, each in inner.items()}
            elif name in _NUMBERS:
                converted[_first_lower(name)] = int(inner)
            else:
                converted[_first_lower(name)] = _converted(inner)
        return converted
    if isinstance(value, list):
        return [_converted(each) for each in value]
    return value


def _first_lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def _text(value: Any) -> str:
    """A configuration value as the API takes it: a template may have a boolean or a number."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _disable(client: Any, name: str, transition: Mapping[str, Any]) -> None:
    client.disable_stage_transition(
        pipelineName=name,
        stageName=transition["StageName"],
        transitionType="Inbound",
        reason=transition["Reason"],
    )
