"""Lineage: what the scenario has left in the graph, and entities of a person's own."""

from __future__ import annotations

from typing import Any

from tests.contract.local import Local
from tests.contract.scenario.hosting import ENDPOINT


def perform(local: Local, version: str) -> None:
    """Ask from the endpoint and the version, then make, change and delete something of each kind."""
    sagemaker = local.client("sagemaker")
    (context,) = [
        each
        for each in sagemaker.list_contexts(ContextType="Endpoint")["ContextSummaries"]
        if each["Source"]["SourceUri"].endswith(f"endpoint/{ENDPOINT}")
    ]
    found = sagemaker.query_lineage(
        StartArns=[context["ContextArn"]], Direction="Ascendants", IncludeEdges=True
    )
    assert found["Edges"], "the endpoint came from somewhere"
    (package,) = sagemaker.list_artifacts(SourceUri=version)["ArtifactSummaries"]
    sagemaker.list_associations(DestinationArn=package["ArtifactArn"])
    for each in sagemaker.list_trial_components()["TrialComponentSummaries"]:
        sagemaker.describe_trial_component(TrialComponentName=each["TrialComponentName"])
    for action in sagemaker.list_actions()["ActionSummaries"]:
        sagemaker.describe_action(ActionName=action["ActionName"])
    sagemaker.describe_context(ContextName=context["ContextName"])
    _own(sagemaker)


def _own(sagemaker: Any) -> None:
    source = {"SourceUri": "https://example.com/model.git"}
    common = {"Properties": {"a": "b"}, "Tags": [{"Key": "a", "Value": "b"}]}
    artifact = sagemaker.create_artifact(
        Source=source,
        ArtifactType="Code",
        ArtifactName="own",
        MetadataProperties={"CommitId": "0123abcd"},
        **common,
    )["ArtifactArn"]
    action = sagemaker.create_action(
        ActionName="own", Source=source, ActionType="Build", Status="InProgress", **common
    )["ActionArn"]
    sagemaker.create_context(ContextName="own", Source=source, ContextType="Project", **common)
    ends = {"SourceArn": artifact, "DestinationArn": action}
    sagemaker.add_association(**ends, AssociationType="ContributedTo")
    sagemaker.update_artifact(ArtifactArn=artifact, Properties={"c": "d"})
    sagemaker.update_action(ActionName="own", Status="Completed")
    sagemaker.update_context(ContextName="own", Description="of the contract tests")
    sagemaker.describe_artifact(ArtifactArn=artifact)
    sagemaker.delete_association(**ends)
    sagemaker.delete_artifact(ArtifactArn=artifact)
    sagemaker.delete_action(ActionName="own")
    sagemaker.delete_context(ContextName="own")
