"""Entities and associations that people make, through boto3."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.unit.localcloud.sagemaker.service import Service

PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/lineage-tracking-manual-creation.html"
pytestmark = pytest.mark.documented(PAGE)


@pytest.fixture
def name() -> str:
    return f"thing-{uuid4().hex[:8]}"


def artifact(service: Service, name: str, **members: Any) -> str:
    arn: str = service.sagemaker.create_artifact(
        Source={"SourceUri": f"s3://bucket/{name}"}, ArtifactType="DataSet", **members
    )["ArtifactArn"]
    return arn


def refused(call: Callable[..., Any], **members: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**members)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_an_artifact_is_made_described_changed_and_deleted(service: Service, name: str) -> None:
    sagemaker = service.sagemaker
    arn = artifact(
        service,
        name,
        ArtifactName=name,
        Properties={"a": "1"},
        MetadataProperties={"CommitId": "abc"},
        Tags=[{"Key": "k", "Value": "v"}],
    )
    assert ":artifact/" in arn
    described = sagemaker.describe_artifact(ArtifactArn=arn)
    assert described["Source"]["SourceUri"] == f"s3://bucket/{name}"
    assert described["MetadataProperties"] == {"CommitId": "abc"}
    assert "IamIdentity" in described["CreatedBy"]
    sagemaker.update_artifact(ArtifactArn=arn, Properties={"b": "2"}, ArtifactName=f"{name}-2")
    described = sagemaker.describe_artifact(ArtifactArn=arn)
    assert (described["ArtifactName"], described["Properties"]) == (f"{name}-2", {"b": "2"})
    sagemaker.update_artifact(ArtifactArn=arn, PropertiesToRemove=["b"])
    assert "Properties" not in sagemaker.describe_artifact(ArtifactArn=arn)
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "k", "Value": "v"}]
    source = {"SourceUri": f"s3://bucket/{name}"}
    assert sagemaker.delete_artifact(Source=source)["ArtifactArn"] == arn
    assert refused(sagemaker.describe_artifact, ArtifactArn=arn)[0] == "ResourceNotFound"


def test_an_address_has_one_artifact(service: Service, name: str) -> None:
    artifact(service, name)
    code, message = refused(
        service.sagemaker.create_artifact,
        Source={"SourceUri": f"s3://bucket/{name}"},
        ArtifactType="Model",
    )
    assert code == "ValidationException"
    assert "already exists for the source" in message


@pytest.mark.parametrize("noun", ["Action", "Context"])
def test_actions_and_contexts_go_by_their_names(service: Service, name: str, noun: str) -> None:
    sagemaker, kind = service.sagemaker, noun.lower()
    given = {f"{noun}Name": name}
    members = {**given, "Source": {"SourceUri": name, "SourceType": "t"}, f"{noun}Type": "Own"}
    arn = getattr(sagemaker, f"create_{kind}")(**members, Properties={"a": "1"})[f"{noun}Arn"]
    assert arn.endswith(f":{kind}/{name}")
    describe = getattr(sagemaker, f"describe_{kind}")
    assert describe(**given)[f"{noun}Type"] == "Own"
    assert describe(**{f"{noun}Name": arn})[f"{noun}Name"] == name
    getattr(sagemaker, f"update_{kind}")(**given, Description="d")
    assert describe(**given)["Description"] == "d"
    listed = getattr(sagemaker, f"list_{kind}s")(**{f"{noun}Type": "Own", "SourceUri": name})
    assert [each[f"{noun}Arn"] for each in listed[f"{noun}Summaries"]] == [arn]
    assert refused(getattr(sagemaker, f"create_{kind}"), **members)[0] == "ValidationException"
    getattr(sagemaker, f"delete_{kind}")(**given)
    assert refused(describe, **given)[0] == "ResourceNotFound"


def test_associations_are_added_listed_and_deleted(service: Service, name: str) -> None:
    sagemaker = service.sagemaker
    source, destination = artifact(service, name), artifact(service, f"{name}-2")
    ends = {"SourceArn": source, "DestinationArn": destination}
    sagemaker.add_association(**ends, AssociationType="DerivedFrom")
    (found,) = sagemaker.list_associations(SourceArn=source)["AssociationSummaries"]
    assert found["AssociationType"] == "DerivedFrom"
    assert found["DestinationType"] == "DataSet"
    for filters, count in (
        ({"DestinationArn": destination, "SourceType": "DataSet"}, 1),
        ({"SourceArn": source, "DestinationType": "Artifact"}, 1),
        ({"SourceArn": source, "DestinationType": "Model"}, 0),
        ({"DestinationArn": source}, 0),
        ({"SourceArn": source, "AssociationType": "Produced"}, 0),
    ):
        assert len(sagemaker.list_associations(**filters)["AssociationSummaries"]) == count
    assert refused(sagemaker.add_association, **ends)[0] == "ValidationException"
    code, message = refused(sagemaker.delete_artifact, ArtifactArn=source)
    assert code == "ValidationException"
    assert "has associations" in message
    sagemaker.delete_association(**ends)
    assert refused(sagemaker.delete_association, **ends)[0] == "ResourceNotFound"
    sagemaker.delete_artifact(ArtifactArn=source)


def test_an_association_needs_both_its_ends(service: Service, name: str) -> None:
    source = artifact(service, name)
    code, _ = refused(
        service.sagemaker.add_association, SourceArn=source, DestinationArn=f"{source}0"
    )
    assert code == "ResourceNotFound"


def test_a_query_comes_in_pages_with_the_edges_of_each(service: Service, name: str) -> None:
    sagemaker = service.sagemaker
    arns = [artifact(service, f"{name}-{number}") for number in range(4)]
    for source, destination in pairwise(arns):
        sagemaker.add_association(SourceArn=source, DestinationArn=destination)
    request = {"StartArns": [arns[0]], "Direction": "Descendants", "IncludeEdges": True}
    vertices, edges, more = [], [], {}
    while True:
        answer = sagemaker.query_lineage(**request, MaxResults=1, **more)
        assert len(answer["Vertices"]) == 1
        vertices += [each["Arn"] for each in answer["Vertices"]]
        edges += [(each["SourceArn"], each["DestinationArn"]) for each in answer["Edges"]]
        if "NextToken" not in answer:
            break
        more = {"NextToken": answer["NextToken"]}
    assert vertices == arns
    assert edges == list(pairwise(arns))
    whole = sagemaker.query_lineage(**request, MaxDepth=2)
    assert [each["Arn"] for each in whole["Vertices"]] == arns[:3]


def test_a_query_starts_somewhere(service: Service) -> None:
    assert refused(service.sagemaker.query_lineage)[1] == "StartArns must be given."
    unknown = "arn:aws:sagemaker:us-east-1:123456789012:artifact/0"
    code, _ = refused(service.sagemaker.query_lineage, StartArns=[unknown])
    assert code == "ResourceNotFound"


def test_what_is_not_there_is_refused_by_name(service: Service) -> None:
    code, message = refused(service.sagemaker.list_lineage_groups)
    assert code == "NotImplemented"
    assert "sagemaker operation ListLineageGroups" in message
    code, message = refused(service.sagemaker.create_trial_component, TrialComponentName="t")
    assert code == "NotImplemented"
    code, message = refused(service.sagemaker.list_trial_components, TrialName="t")
    assert "ListTrialComponents member 'TrialName'; supported: SourceArn" in message
