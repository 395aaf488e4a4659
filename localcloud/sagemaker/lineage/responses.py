"""The operations of ML lineage.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_QueryLineage.html and its siblings. Lineage
groups (cross-account lineage) and experiments are refused as not implemented: of trial components
there are those of jobs, to be read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker.responses import SageMakerResponse

from localcloud.errors import unsupported
from localcloud.sagemaker.lineage.action import Action
from localcloud.sagemaker.lineage.artifact import Artifact
from localcloud.sagemaker.lineage.association import Association
from localcloud.sagemaker.lineage.context import Context
from localcloud.sagemaker.lineage.entity import Entity
from localcloud.sagemaker.lineage.graph import of_type
from localcloud.sagemaker.lineage.trial_component import TrialComponent
from localcloud.sagemaker.registry.api_request import body, caller, validated
from localcloud.sagemaker.registry.listing import ASCENDING, DESCENDING, answer, in_time, page

# The SDK's LineageQuery reads one page and calls it all (the most there can be; assumed).
_QUERY_PAGE = 50


class LineageResponse(SageMakerResponse):
    """Parses a request, calls the backend, answers."""

    def create_artifact(self) -> ActionResult:
        return self._create(Artifact)

    def create_action(self) -> ActionResult:
        return self._create(Action)

    def create_context(self) -> ActionResult:
        return self._create(Context)

    def describe_artifact(self) -> ActionResult:
        return self._describe(Artifact, "ArtifactArn")

    def describe_action(self) -> ActionResult:
        return self._describe(Action, "ActionName")

    def describe_context(self) -> ActionResult:
        return self._describe(Context, "ContextName")

    def describe_trial_component(self) -> ActionResult:
        return self._describe(TrialComponent, "TrialComponentName")

    def update_artifact(self) -> ActionResult:
        return self._update(Artifact)

    def update_action(self) -> ActionResult:
        return self._update(Action)

    def update_context(self) -> ActionResult:
        return self._update(Context)

    def delete_artifact(self) -> ActionResult:
        return ActionResult({"ArtifactArn": self._lineage.remove_artifact(body(self))})

    def delete_action(self) -> ActionResult:
        return self._delete(Action)

    def delete_context(self) -> ActionResult:
        return self._delete(Context)

    def list_artifacts(self) -> ActionResult:
        return self._list(Artifact, "ArtifactSummaries")

    def list_actions(self) -> ActionResult:
        return self._list(Action, "ActionSummaries")

    def list_contexts(self) -> ActionResult:
        return self._list(Context, "ContextSummaries")

    def list_trial_components(self) -> ActionResult:
        request = validated(self, "ListTrialComponents")
        for member in ("ExperimentName", "TrialName"):
            if request.get(member):
                raise unsupported("ListTrialComponents member", member, ["SourceArn"])
        found = of_type(
            self._lineage.graph.entities(TrialComponent), request.get("SourceArn"), None
        )
        return self._page(found, request, "TrialComponentSummaries")

    def add_association(self) -> ActionResult:
        request = body(self)
        self._lineage.add_association(request, caller(self))
        return ActionResult(_ends(request))

    def delete_association(self) -> ActionResult:
        request = validated(self, "DeleteAssociation")
        self._lineage.graph.dissociate(request["SourceArn"], request["DestinationArn"])
        return ActionResult(_ends(request))

    def list_associations(self) -> ActionResult:
        request = validated(self, "ListAssociations")
        found = [each for each in self._lineage.associations_of(request) if _made(each, request)]
        by = _ASSOCIATION_ORDERS[request.get("SortBy") or "CreationTime"]
        items, token = page(found, request, lambda item: (by(item), item.number), DESCENDING)
        return ActionResult(answer("AssociationSummaries", [i.summary() for i in items], token))

    def query_lineage(self) -> ActionResult:
        request = validated(self, "QueryLineage")
        found = self._lineage.query_lineage(request)
        place = {each.arn: index for index, each in enumerate(found.vertices)}
        items, token = page(
            place.items(),
            {
                "MaxResults": request.get("MaxResults") or _QUERY_PAGE,
                "NextToken": request.get("NextToken"),
            },
            lambda item: (item[1],),
            ASCENDING,
        )
        vertices = [found.vertices[index] for _, index in items]
        shown = {index for _, index in items}
        edges = [
            each.edge()
            for each in found.edges
            if max(place[each.source.arn], place[each.destination.arn]) in shown
        ]
        # Both are there when empty: the SDK reads them so.
        shape: dict[str, Any] = {"Vertices": [_vertex(each) for each in vertices], "Edges": edges}
        return ActionResult(shape if token is None else {**shape, "NextToken": token})

    @property
    def _lineage(self) -> Any:
        return self.sagemaker_backend

    def _create(self, kind: type[Entity]) -> ActionResult:
        entity = self._lineage.make_entity(kind, body(self), caller(self))
        return ActionResult({f"{kind.noun}Arn": entity.arn})

    def _describe(self, kind: type[Entity], member: str) -> ActionResult:
        request = validated(self, f"Describe{kind.noun}")
        return ActionResult(self._lineage.graph.get(kind, request[member]).describe())

    def _update(self, kind: type[Entity]) -> ActionResult:
        entity = self._lineage.change_entity(kind, body(self), caller(self))
        return ActionResult({f"{kind.noun}Arn": entity.arn})

    def _delete(self, kind: type[Entity]) -> ActionResult:
        request = validated(self, f"Delete{kind.noun}")
        entity = self._lineage.graph.get(kind, request[f"{kind.noun}Name"])
        self._lineage.graph.remove(entity)
        return ActionResult({f"{kind.noun}Arn": entity.arn})

    def _list(self, kind: type[Entity], member: str) -> ActionResult:
        request = validated(self, f"List{kind.noun}s")
        entities = self._lineage.graph.entities(kind)
        found = of_type(entities, request.get("SourceUri"), request.get(f"{kind.noun}Type"))
        return self._page(found, request, member)

    def _page(self, found: list[Any], request: dict[str, Any], member: str) -> ActionResult:
        by_name = request.get("SortBy") == "Name"
        items, token = page(
            [each for each in found if _made(each, request)],
            request,
            lambda item: (item.name or "" if by_name else item.created.timestamp(), item.number),
            DESCENDING,
        )
        return ActionResult(answer(member, [each.summary() for each in items], token))


_ASSOCIATION_ORDERS: dict[str, Callable[[Association], str | float]] = {
    "SourceArn": lambda each: each.source.arn,
    "DestinationArn": lambda each: each.destination.arn,
    "SourceType": lambda each: each.source.type,
    "DestinationType": lambda each: each.destination.type,
    "CreationTime": lambda each: each.created.timestamp(),
}


def _made(item: Any, request: dict[str, Any]) -> bool:
    return in_time(item.created, request.get("CreatedAfter"), request.get("CreatedBefore"))


def _ends(request: dict[str, Any]) -> dict[str, str]:
    return {member: request[member] for member in ("SourceArn", "DestinationArn")}


def _vertex(entity: Entity) -> dict[str, str]:
    return {"Arn": entity.arn, "Type": entity.type, "LineageType": entity.lineage_type}
