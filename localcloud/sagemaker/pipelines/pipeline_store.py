"""The part of the SageMaker backend that keeps pipelines and their versions.

Refusals: a missing pipeline or version is `ResourceNotFound` (`… does not exist.`), a name that is taken
a `ValidationException` (as the SDK's `upsert` expects it), anything else that is wrong with a request a
`ValidationException`. Known differences: ARNs are found whatever the case of the name in them; a
definition in S3 is read as the account, not as the caller; a pipeline is deleted at once.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from moto.sagemaker.models import SageMakerModelBackend
from moto.utilities.utils import get_partition

from localcloud.cloud import current
from localcloud.errors import AwsError, ValidationException
from localcloud.sagemaker import containers
from localcloud.sagemaker.pipelines import steps, validation
from localcloud.sagemaker.pipelines.definition import Definition, parse
from localcloud.sagemaker.pipelines.definition_source import definition_text
from localcloud.sagemaker.pipelines.execution import PipelineExecution
from localcloud.sagemaker.pipelines.pipeline import Pipeline
from localcloud.sagemaker.pipelines.pipeline_role import PipelineRole
from localcloud.sagemaker.pipelines.pipeline_version import PipelineVersion, changed_aliases
from localcloud.sagemaker.pipelines.requests import parallel_steps, require_valid


class PipelineStore(SageMakerModelBackend):
    """Pipelines of one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        # moto's own dictionaries, so that resource tagging finds our records.
        self.pipelines: dict[str, Pipeline] = {}
        self.pipeline_executions: dict[str, PipelineExecution] = {}
        # What was made for a ClientRequestToken: "completes no more than once".
        self._pipeline_tokens: dict[tuple[str, str], str] = {}
        self._pipelines_lock = threading.RLock()
        self._pipeline_numbers = 0

    def make_pipeline(self, request: dict[str, Any], caller: Mapping[str, Any]) -> Pipeline:
        """CreatePipeline: the definition is parsed and checked, the role must be assumable."""
        require_valid("CreatePipeline", request)
        name = request["PipelineName"]
        with self._pipelines_lock:
            made = self._pipeline_tokens.get(("CreatePipeline", request["ClientRequestToken"]))
            if made == name and name in self.pipelines:
                return self.pipelines[name]
            if self._by_name(name) is not None:
                raise ValidationException(
                    "Pipeline names must be unique within an AWS account and region. Pipeline with "
                    f"name ({name}) already exists."
                )
            text = definition_text(request, self.region_name)
            if text is None:
                raise ValidationException(
                    "Either PipelineDefinition or PipelineDefinitionS3Location must be given."
                )
            definition = _checked(text)
            aliases = changed_aliases(1, (), (), request.get("PipelineVersionAliases") or ())
            self._role(request["RoleArn"]).require()
            now = current().clock.now()
            pipeline = Pipeline(
                name=name,
                arn=self._arn(name),
                display_name=request.get("PipelineDisplayName") or name,
                role_arn=request["RoleArn"],
                created=now,
                created_by=caller,
                number=self._next_number(),
                versions=[PipelineVersion(1, text, definition, now, aliases)],
                tags=list(request.get("Tags") or []),
                description=request.get("PipelineDescription"),
                max_parallel_steps=parallel_steps(request),
            )
            self.pipelines[name] = pipeline
            self._pipeline_tokens[("CreatePipeline", request["ClientRequestToken"])] = name
        prewarm(definition)
        return pipeline

    def change_pipeline(self, request: dict[str, Any], caller: Mapping[str, Any]) -> Pipeline:
        """UpdatePipeline: what the request does not name stays; running executions keep theirs."""
        require_valid("UpdatePipeline", request)
        pipeline = self.pipeline(request["PipelineName"])
        text = definition_text(request, self.region_name)
        definition = None if text is None else _checked(text)
        role_arn = request.get("RoleArn") or pipeline.role_arn
        self._role(role_arn).require()
        with self._pipelines_lock:
            number = pipeline.versions[-1].number + 1
            new = text is not None and text != pipeline.versions[-1].text
            aliases = changed_aliases(
                number, (), pipeline.aliases(), request.get("PipelineVersionAliases") or ()
            )
            if aliases and not new:
                raise ValidationException(
                    "You can specify PipelineVersionAliases only when the update changes the "
                    "pipeline definition."
                )
            pipeline.modified = current().clock.now()
            pipeline.modified_by = caller
            pipeline.role_arn = role_arn
            pipeline.display_name = request.get("PipelineDisplayName") or pipeline.display_name
            if request.get("PipelineDescription") is not None:
                pipeline.description = request["PipelineDescription"]
            if request.get("ParallelismConfiguration"):
                pipeline.max_parallel_steps = parallel_steps(request)
            if new and text is not None and definition is not None:
                version = PipelineVersion(number, text, definition, pipeline.modified, aliases)
                pipeline.versions.append(version)
        prewarm(pipeline.versions[-1].definition)
        return pipeline

    def change_version(self, request: dict[str, Any]) -> tuple[Pipeline, PipelineVersion]:
        """UpdatePipelineVersion: its names; a definition never changes."""
        require_valid("UpdatePipelineVersion", request)
        with self._pipelines_lock:
            pipeline = self.pipeline(request["PipelineArn"])
            version = pipeline.version(request["PipelineVersionId"])
            operations = request.get("PipelineVersionAliasOperations") or {}
            version.aliases = changed_aliases(
                version.number,
                version.aliases,
                pipeline.aliases() - set(version.aliases),
                operations.get("Add") or (),
                operations.get("Remove") or (),
            )
            if request.get("PipelineVersionDisplayName") is not None:
                version.display_name = request["PipelineVersionDisplayName"]
            if request.get("PipelineVersionDescription") is not None:
                version.description = request["PipelineVersionDescription"]
        return pipeline, version

    def pipeline(self, name_or_arn: str) -> Pipeline:
        """The pipeline, or SageMaker's words for its absence."""
        found = self._by_name(name_or_arn.rpartition("/")[2])
        if found is None:
            arn = name_or_arn if name_or_arn.startswith("arn:") else self._arn(name_or_arn)
            raise AwsError("ResourceNotFound", f"Pipeline '{arn}' does not exist.")
        return found

    def remove_pipeline(self, request: dict[str, Any]) -> str:
        """DeletePipeline: with its executions, and only when none of them runs."""
        require_valid("DeletePipeline", request)
        with self._pipelines_lock:
            pipeline = self.pipeline(request["PipelineName"])
            running = [run.arn for run in pipeline.executions.values() if not run.finished]
            if running:
                raise AwsError(
                    "ConflictException",
                    f"Pipeline '{pipeline.arn}' cannot be deleted while it has a running "
                    f"execution: {running[0]}",
                )
            del self.pipelines[pipeline.name]
            for arn in pipeline.executions:
                self.pipeline_executions.pop(arn, None)
        return pipeline.arn

    def _by_name(self, name: str) -> Pipeline | None:
        found = self.pipelines.get(name)
        if found is None:
            # ARNs carry the name in lower case, so that names differ in more than case.
            known = list(self.pipelines.values())
            found = next((item for item in known if item.name.lower() == name.lower()), None)
        return found

    def _get_resource_from_arn(self, arn: str) -> Any:
        """What ListTags, AddTags and DeleteTags look at."""
        kind, _, name = arn.split(":")[-1].partition("/")
        if kind == "pipeline" and "/" not in name:
            return self.pipeline(name)
        return super()._get_resource_from_arn(arn)

    def _role(self, role_arn: str) -> PipelineRole:
        return PipelineRole(role_arn, self.account_id, self.region_name)

    def _arn(self, name: str) -> str:
        partition = get_partition(self.region_name)
        return (
            f"arn:{partition}:sagemaker:{self.region_name}:{self.account_id}:pipeline/"
            f"{name.lower()}"
        )

    def _next_number(self) -> int:
        self._pipeline_numbers += 1
        return self._pipeline_numbers


def prewarm(definition: Definition) -> None:
    """Let the containers that a definition will use get ready in the background."""
    for step in definition.steps.values():
        for image in steps.of(step).images(step):
            containers.prewarm(image)


def _checked(text: str) -> Definition:
    definition = parse(text)
    validation.check(definition)
    return definition
