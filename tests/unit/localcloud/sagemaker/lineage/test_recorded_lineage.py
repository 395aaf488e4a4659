"""What SageMaker records by itself: of jobs, versions, approvals and endpoints."""

from __future__ import annotations

from typing import Any

import pytest

from .story import COMMIT, ENDPOINT, GROUP, Story, configure, in_service

PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/lineage-tracking-auto-creation.html"
pytestmark = pytest.mark.documented(PAGE)


def ascendants(story: Story, arn: str, *types: str, edges: bool = False) -> dict[str, Any]:
    answer: dict[str, Any] = story.sagemaker.query_lineage(
        StartArns=[arn],
        Direction="Ascendants",
        IncludeEdges=edges,
        Filters={"Types": list(types)} if types else {},
    )
    return answer


def sources(story: Story, vertices: list[dict[str, str]]) -> list[str]:
    """What artifacts stand for."""
    describe = story.sagemaker.describe_artifact
    return [describe(ArtifactArn=each["Arn"])["Source"]["SourceUri"] for each in vertices]


def associated(story: Story, **ends: str) -> set[tuple[str, str]]:
    listed = story.sagemaker.list_associations(**ends)["AssociationSummaries"]
    side = "Source" if "DestinationArn" in ends else "Destination"
    return {(each[f"{side}Type"], each["AssociationType"]) for each in listed}


def test_from_the_endpoint_up_to_the_data(story: Story) -> None:
    context = story.context(story.endpoint)
    answer = ascendants(story, context, edges=True)
    kinds = [(each["LineageType"], each["Type"]) for each in answer["Vertices"]]
    assert kinds[0] == ("Context", "Endpoint")
    assert kinds.index(("Action", "ModelDeployment")) < kinds.index(("Artifact", "Model"))
    assert set(kinds) == {
        ("Context", "Endpoint"),
        ("Action", "ModelDeployment"),
        ("Action", "Approval"),
        ("Artifact", "Model"),
        ("Artifact", "Image"),
        ("Artifact", "DataSet"),
        ("TrialComponent", "TrainingJob"),
        ("TrialComponent", "ProcessingJob"),
    }
    known = {each["Arn"] for each in answer["Vertices"]}
    assert {each["SourceArn"] for each in answer["Edges"]} <= known
    models = ascendants(story, context, "Model")["Vertices"]
    assert set(sources(story, models)) == {story.version, story.model}
    data = sources(story, ascendants(story, context, "DataSet")["Vertices"])
    assert set(data) == {story.data, story.code, story.service.uri("prepared")}


def test_from_the_data_down_to_the_endpoint(story: Story) -> None:
    found = story.sagemaker.query_lineage(
        StartArns=[story.artifact(story.data)],
        Direction="Descendants",
        Filters={"Types": ["Endpoint"], "LineageTypes": ["Context"]},
    )["Vertices"]
    assert [each["Arn"] for each in found] == [story.context(story.endpoint)]


def test_the_commit_is_reached_by_the_version_and_by_the_execution(story: Story) -> None:
    arn = story.artifact(story.version)
    metadata = story.sagemaker.describe_artifact(ArtifactArn=arn)["MetadataProperties"]
    assert metadata == {"CommitId": COMMIT, "GeneratedBy": story.execution}
    execution = story.sagemaker.describe_pipeline_execution(
        PipelineExecutionArn=metadata["GeneratedBy"]
    )
    assert execution["PipelineExecutionDisplayName"] == f"commit-{COMMIT}"


def test_a_job_is_a_trial_component_between_its_artifacts(story: Story) -> None:
    listed = story.sagemaker.list_trial_components(SourceArn=story.training_job)
    (summary,) = listed["TrialComponentSummaries"]
    assert summary["TrialComponentName"].endswith("-aws-training-job")
    component = story.sagemaker.describe_trial_component(
        TrialComponentName=summary["TrialComponentName"]
    )
    assert component["Source"] == {
        "SourceArn": story.training_job,
        "SourceType": "SageMakerTrainingJob",
    }
    assert component["Status"] == {"PrimaryStatus": "Completed"}
    assert component["Parameters"]["num_round"] == {"NumberValue": 2.0}
    assert component["OutputArtifacts"]["SageMaker.ModelArtifact"] == {"Value": story.model}
    arn = component["TrialComponentArn"]
    assert associated(story, DestinationArn=arn) == {
        ("Image", "ContributedTo"),
        ("DataSet", "ContributedTo"),
    }
    assert associated(story, SourceArn=arn) == {("Model", "Produced")}


def test_a_version_has_parts_approvals_a_deployment_and_its_group(story: Story) -> None:
    arn = story.artifact(story.version)
    assert associated(story, DestinationArn=arn) == {
        ("Image", "ContributedTo"),
        ("Model", "ContributedTo"),
        ("Approval", "ContributedTo"),
    }
    assert associated(story, SourceArn=arn) == {
        ("ModelDeployment", "ContributedTo"),
        ("ModelGroup", "AssociatedWith"),
    }
    group = story.sagemaker.describe_model_package_group(ModelPackageGroupName=GROUP)
    context = story.sagemaker.list_contexts(SourceUri=group["ModelPackageGroupArn"])
    name = context["ContextSummaries"][0]["ContextName"]
    assert story.sagemaker.describe_context(ContextName=name)["Properties"] == {
        "PipelineExecutionArn": story.execution
    }


def test_each_approval_says_what_and_who(story: Story) -> None:
    listed = story.sagemaker.list_actions(
        SourceUri=story.version, ActionType="Approval", SortOrder="Ascending"
    )
    found = [
        story.sagemaker.describe_action(ActionName=each["ActionName"])
        for each in listed["ActionSummaries"]
    ]
    assert [each["Properties"]["ModelApprovalStatus"] for each in found] == [
        "PendingManualApproval",
        "Approved",
    ]
    approval = found[1]
    assert approval["ActionName"].startswith(f"{GROUP}-1-Approved-")
    assert approval["Properties"]["ApprovalDescription"] == "good"
    assert approval["Properties"]["ApprovedBy"].startswith("arn:aws:")
    assert approval["Status"] == "Completed"


def test_another_configuration_is_another_deployment_and_metadata_is_none(story: Story) -> None:
    def deployments() -> int:
        listed = story.sagemaker.list_actions(
            SourceUri=story.endpoint, ActionType="ModelDeployment"
        )
        return len(listed["ActionSummaries"])

    before = deployments()
    story.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=ENDPOINT,
        DesiredWeightsAndCapacities=[{"VariantName": "AllTraffic", "DesiredInstanceCount": 2}],
    )
    in_service(story.service)
    assert deployments() == before
    configure(story.service, "second")
    story.sagemaker.update_endpoint(EndpointName=ENDPOINT, EndpointConfigName="second")
    in_service(story.service)
    assert deployments() == before + 1
    approvals = story.sagemaker.list_actions(SourceUri=story.version)["ActionSummaries"]
    story.sagemaker.update_model_package(
        ModelPackageArn=story.version, CustomerMetadataProperties={"a": "b"}
    )
    assert story.sagemaker.list_actions(SourceUri=story.version)["ActionSummaries"] == approvals
