"""The SageMaker SDK's lineage classes, unmodified, against a running local cloud."""

from __future__ import annotations

import warnings
from typing import Any

import boto3
import pytest

from .story import Story

PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/querying-lineage-entities.html"
pytestmark = [
    pytest.mark.documented(PAGE),
    # A vertex becomes an object by way of the SDK's own former address.
    pytest.mark.filterwarnings("ignore:The 'sagemaker.lineage:DeprecationWarning"),
]


@pytest.fixture
def session(story: Story, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The SDK's session."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", story.service.endpoint)
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3", raising=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sagemaker.core.helper.session_helper import Session

    return Session(boto_session=boto3.Session(), default_bucket=story.service.bucket)


@pytest.fixture
def endpoint_context(story: Story, session: Any) -> Any:
    from sagemaker.core.lineage.context import Context, EndpointContext

    (found,) = Context.list(source_uri=story.endpoint, sagemaker_session=session)
    return EndpointContext.load(context_name=found.context_name, sagemaker_session=session)


def test_an_endpoint_knows_data_jobs_and_pipeline(story: Story, endpoint_context: Any) -> None:
    data = {each.source.source_uri for each in endpoint_context.dataset_artifacts()}
    assert {story.data, story.code} < data
    assert endpoint_context.training_job_arns() == [story.training_job]
    assert endpoint_context.pipeline_execution_arn() == story.execution
    (processing,) = endpoint_context.processing_jobs()
    assert processing.source["SourceArn"] == story.processing_job
    assert processing.pipeline_execution_arn() == story.execution
    assert len(endpoint_context.trial_components()) == 2


def test_a_model_knows_its_endpoint_and_its_data(story: Story, session: Any) -> None:
    from sagemaker.core.lineage.artifact import ModelArtifact

    model = ModelArtifact.load(
        artifact_arn=story.artifact(story.version), sagemaker_session=session
    )
    (endpoint,) = model.endpoint_contexts()
    assert endpoint.source.source_uri == story.endpoint
    assert {each.destination_arn for each in model.endpoints()} == {endpoint.context_arn}
    assert model.training_job_arns() == [story.training_job]
    assert model.pipeline_execution_arn() == story.execution
    assert story.data in {each.source.source_uri for each in model.dataset_artifacts()}


def test_a_data_set_knows_the_endpoints_that_it_came_to(story: Story, session: Any) -> None:
    from sagemaker.core.lineage.artifact import DatasetArtifact

    data = DatasetArtifact.load(artifact_arn=story.artifact(story.data), sagemaker_session=session)
    (endpoint,) = data.endpoint_contexts()
    assert endpoint.source.source_uri == story.endpoint


def test_a_query_has_vertices_and_edges(story: Story, session: Any, endpoint_context: Any) -> None:
    from sagemaker.core.lineage.query import (
        LineageEntityEnum,
        LineageFilter,
        LineageQuery,
        LineageQueryDirectionEnum,
        LineageSourceEnum,
    )

    result = LineageQuery(session).query(
        start_arns=[endpoint_context.context_arn],
        query_filter=LineageFilter(
            entities=[LineageEntityEnum.ARTIFACT], sources=[LineageSourceEnum.MODEL]
        ),
        direction=LineageQueryDirectionEnum.ASCENDANTS,
        include_edges=True,
    )
    assert result.edges
    models = [each for each in result.vertices if each.lineage_source == "Model"]
    found = {each.to_lineage_object().source.source_uri for each in models}
    assert found == {story.version, story.model}


@pytest.mark.parametrize("of", ["version", "endpoint", "training_job", "processing_job", "step"])
def test_the_visualizer_shows_a_table(story: Story, session: Any, of: str) -> None:
    from sagemaker.core.lineage.visualizer import LineageTableVisualizer

    show = LineageTableVisualizer(session).show
    table = {
        "version": lambda: show(model_package_arn=story.version),
        "endpoint": lambda: show(endpoint_arn=story.endpoint),
        "training_job": lambda: show(training_job_name=story.training_job.rpartition("/")[2]),
        "processing_job": lambda: show(processing_job_name=story.processing_job.rpartition("/")[2]),
        "step": lambda: show(
            pipeline_execution_step={"Metadata": {"RegisterModel": {"Arn": story.version}}}
        ),
    }[of]()
    assert list(table.columns) == [
        *("Name/Source", "Direction", "Type", "Association Type", "Lineage Type")
    ]
    rows = table.to_numpy().tolist()
    expected = {
        "version": ["Output", "ModelGroup", "AssociatedWith", "context"],
        "step": ["Input", "Approval", "ContributedTo", "action"],
        "endpoint": ["Input", "ModelDeployment", "AssociatedWith", "action"],
        "training_job": ["Output", "Model", "Produced", "artifact"],
        "processing_job": ["Output", "DataSet", "Produced", "artifact"],
    }[of]
    assert expected in [row[1:] for row in rows]


def test_entities_of_one_s_own(session: Any) -> None:
    from sagemaker.core.lineage.action import Action
    from sagemaker.core.lineage.artifact import Artifact
    from sagemaker.core.lineage.association import Association
    from sagemaker.core.lineage.context import Context
    from sagemaker.core.lineage.query import LineageQueryDirectionEnum

    code = Artifact.create(
        artifact_name="code",
        source_uri="https://example.com/abalone.git",
        artifact_type="Code",
        sagemaker_session=session,
    )
    action = Action.create(
        action_name="build",
        action_type="Build",
        source_uri="build",
        status="InProgress",
        sagemaker_session=session,
    )
    context = Context.create(
        context_name="project",
        context_type="Project",
        source_uri="project",
        sagemaker_session=session,
    )
    for source, destination in (
        (code.artifact_arn, action.action_arn),
        (action.action_arn, context.context_arn),
    ):
        Association.create(
            source_arn=source,
            destination_arn=destination,
            association_type="ContributedTo",
            sagemaker_session=session,
        )
    action.status = "Completed"
    action.save()
    assert Action.load("build", sagemaker_session=session).status == "Completed"
    (built,) = context.actions(LineageQueryDirectionEnum.ASCENDANTS)
    assert built.source.source_uri == "build"
    for entity in (action, context, code):
        entity.delete(disassociate=True)
    assert list(Artifact.list(artifact_type="Code", sagemaker_session=session)) == []
