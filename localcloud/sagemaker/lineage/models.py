"""The part of the SageMaker backend that keeps lineage, and fills it as jobs, versions and endpoints change.

Assumed: the words of the refusals; that an address or name which is taken is a ValidationException, and
so is an association that there is already.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from moto.sagemaker.models import SageMakerModelBackend, sagemaker_backends

from localcloud.cloud import current
from localcloud.errors import AwsError, ValidationException
from localcloud.sagemaker.endpoints.endpoint import Endpoint
from localcloud.sagemaker.jobs import job as jobs
from localcloud.sagemaker.jobs import request_validation
from localcloud.sagemaker.lineage import endpoint_lineage, job_lineage, package_lineage
from localcloud.sagemaker.lineage import query as lineage_query
from localcloud.sagemaker.lineage.artifact import Artifact
from localcloud.sagemaker.lineage.association import Association
from localcloud.sagemaker.lineage.entity import Entity
from localcloud.sagemaker.lineage.graph import Graph
from localcloud.sagemaker.lineage.recorder import Recorder
from localcloud.sagemaker.registry.model_package import ModelPackage

logger = logging.getLogger(__name__)

_Kind = TypeVar("_Kind", bound=Entity)


class LineageBackend(SageMakerModelBackend):
    """The graph of one account and region. Stands before the areas whose changes it records."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.graph = Graph(account_id, region_name)
        self.recorder = Recorder(self.graph)

    # What people record

    def make_entity(
        self, kind: type[_Kind], request: Mapping[str, Any], caller: Mapping[str, Any]
    ) -> _Kind:
        """CreateArtifact, CreateAction, CreateContext."""
        request_validation.validate(f"Create{kind.noun}", request)
        source = dict(request["Source"])
        # An artifact may have a name, but is known by its address.
        name = None if kind is Artifact else request[f"{kind.noun}Name"]
        with self.graph.lock:
            if kind is Artifact and self.graph.by_source(kind, source["SourceUri"]) is not None:
                raise ValidationException(
                    f"Artifact already exists for the source: {source['SourceUri']}"
                )
            return self.graph.make(
                kind,
                self.graph.arn(kind, name),
                current().clock.now(),
                type=request[f"{kind.noun}Type"],
                name=request.get(f"{kind.noun}Name"),
                source=source,
                given={name: request[name] for name in kind.given_members if request.get(name)},
                tags=list(request.get("Tags") or []),
                created_by=caller,
            )

    def change_entity(
        self, kind: type[_Kind], request: Mapping[str, Any], caller: Mapping[str, Any]
    ) -> _Kind:
        """UpdateArtifact, UpdateAction, UpdateContext."""
        request_validation.validate(f"Update{kind.noun}", request)
        with self.graph.lock:
            entity = self.graph.get(kind, request.get("ArtifactArn") or request[f"{kind.noun}Name"])
            entity.update(request)
            if kind is Artifact and request.get("ArtifactName"):
                entity.name = request["ArtifactName"]
            entity.modified, entity.modified_by = current().clock.now(), caller
        return entity

    def remove_artifact(self, request: Mapping[str, Any]) -> str:
        """DeleteArtifact: by its ARN or its address; the ARN."""
        request_validation.validate("DeleteArtifact", request)
        if bool(request.get("ArtifactArn")) == bool(request.get("Source")):
            raise ValidationException("Exactly one of ArtifactArn and Source must be given.")
        if request.get("ArtifactArn"):
            found = self.graph.get(Artifact, request["ArtifactArn"])
        else:
            uri = request["Source"]["SourceUri"]
            known = self.graph.by_source(Artifact, uri)
            if known is None:
                raise AwsError("ResourceNotFound", f"Artifact '{uri}' does not exist.")
            found = known
        self.graph.remove(found)
        return found.arn

    def add_association(self, request: Mapping[str, Any], caller: Mapping[str, Any]) -> None:
        """AddAssociation."""
        request_validation.validate("AddAssociation", request)
        source = self.graph.by_arn(request["SourceArn"])
        destination = self.graph.by_arn(request["DestinationArn"])
        kind, now = request.get("AssociationType"), current().clock.now()
        if not self.graph.associate(source, destination, kind, now, caller):
            raise ValidationException(
                f"Association from '{source.arn}' to '{destination.arn}' already exists."
            )

    def associations_of(self, request: Mapping[str, Any]) -> list[Association]:
        """ListAssociations, before its page. A type is an entity's own, or the kind of entity that it
        is: the SDK asks for `ModelDeployment` as for `Action`."""
        for member in ("SourceArn", "DestinationArn"):
            if request.get(member):
                self.graph.by_arn(request[member])
        return [
            each
            for each in self.graph.associations()
            if request.get("SourceArn") in (None, each.source.arn)
            and request.get("DestinationArn") in (None, each.destination.arn)
            and request.get("SourceType") in (None, each.source.type, each.source.lineage_type)
            and request.get("DestinationType")
            in (None, each.destination.type, each.destination.lineage_type)
            and request.get("AssociationType") in (None, each.type)
        ]

    def query_lineage(self, request: Mapping[str, Any]) -> lineage_query.Found:
        """QueryLineage, before its page."""
        starts = request.get("StartArns") or []
        if not starts:
            raise ValidationException("StartArns must be given.")
        return lineage_query.query(
            self.graph.by_arn(starts[0]),
            self.graph.associations(),
            direction=request.get("Direction") or lineage_query.BOTH,
            include_edges=bool(request.get("IncludeEdges")),
            filters=request.get("Filters"),
            max_depth=request.get("MaxDepth") or lineage_query.MAX_DEPTH,
        )

    # What SageMaker records

    def job_changed(self, job: jobs.Job) -> None:
        """A job has begun, goes on or has ended."""
        self._keep(job.name, lambda: job_lineage.record(self.recorder, job))

    def deployed(self, endpoint: Endpoint) -> None:
        """An endpoint serves its live configuration."""
        super().deployed(endpoint)
        self._keep(endpoint.name, lambda: self._deployed(endpoint))

    def _changed(self, package: ModelPackage, fields: tuple[str, ...]) -> None:
        """A model package was made or updated."""
        group = self.group(package.group_name) if package.group_name else None
        self._keep(
            package.arn, lambda: package_lineage.record(self.recorder, package, group, fields)
        )
        super()._changed(package, fields)

    def _deployed(self, endpoint: Endpoint) -> None:
        deployed = []
        for variant in endpoint.config.variants:
            model = self.hosted_model(variant["ModelName"])
            for container in model.containers:
                named = container.get("ModelPackageName")
                deployed.append((model.name, container, self.package(named) if named else None))
        endpoint_lineage.record(self.recorder, endpoint, deployed)

    def _keep(self, name: str, record: Callable[[], None]) -> None:
        """Lineage looks on: whatever is wrong with it, the job or endpoint goes on."""
        try:
            record()
        except Exception:
            logger.exception("no lineage of %s", name)

    def _get_resource_from_arn(self, arn: str) -> Any:
        """What ListTags, AddTags and DeleteTags look at."""
        return self.graph.known(arn) or super()._get_resource_from_arn(arn)


def _watch(job: jobs.Job) -> None:
    backend = sagemaker_backends[job.account_id][job.region]
    if isinstance(backend, LineageBackend):
        backend.job_changed(job)


jobs.watchers.append(_watch)
