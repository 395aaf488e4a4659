"""The part of the SageMaker backend that keeps SageMaker Pipelines.

Refusals: a missing pipeline or execution is `ResourceNotFound` (`… does not exist.`), a name that is
taken a `ValidationException` (as the SDK's `upsert` expects it), anything else that is wrong with a
request a `ValidationException`. Known differences: ARNs are found whatever the case of the name in
them; a definition in S3 is read as the account, not as the caller; a pipeline is deleted at once.
"""

from __future__ import annotations

import secrets
import string
import threading
from collections.abc import Collection, Mapping
from typing import Any

from moto.sagemaker.models import SageMakerModelBackend
from moto.utilities.utils import get_partition

from localcloud.cloud import current
from localcloud.errors import AwsError, ValidationException, unsupported
from localcloud.sagemaker import containers
from localcloud.sagemaker.jobs import request_validation
from localcloud.sagemaker.pipelines import argument_shapes, expressions, steps, validation
from localcloud.sagemaker.pipelines.definition import Definition, parse
from localcloud.sagemaker.pipelines.definition_source import definition_text
from localcloud.sagemaker.pipelines.execution import STOPPING, PipelineExecution
from localcloud.sagemaker.pipelines.executor import Executor
from localcloud.sagemaker.pipelines.parameters import values_for_execution
from localcloud.sagemaker.pipelines.pipeline import Pipeline, PipelineVersion
from localcloud.sagemaker.pipelines.pipeline_role import PipelineRole
from localcloud.sagemaker.pipelines.scope import ExecutionScope

_ID = string.ascii_lowercase + string.digits


class PipelinesBackend(SageMakerModelBackend):
    """State of SageMaker Pipelines in one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        # moto's own dictionaries, so that resource tagging finds our records.
        self.pipelines: dict[str, Pipeline] = {}
        self.pipeline_executions: dict[str, PipelineExecution] = {}
        self._executors: dict[str, Executor] = {}
        self._pipeline_tokens: dict[tuple[str, str], str] = {}
        self._pipelines_lock = threading.RLock()
        self._pipeline_numbers = 0

    # Pipelines

    def make_pipeline(self, request: dict[str, Any], caller: Mapping[str, Any]) -> Pipeline:
        """CreatePipeline: the definition is parsed and checked, the role must be assumable."""
        _require_valid("CreatePipeline", request, {"PipelineVersionAliases"})
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
                versions=[PipelineVersion(1, text, definition, now)],
                tags=list(request.get("Tags") or []),
                description=request.get("PipelineDescription"),
                max_parallel_steps=_parallel_steps(request),
            )
            self.pipelines[name] = pipeline
            self._pipeline_tokens[("CreatePipeline", request["ClientRequestToken"])] = name
        _prewarm(definition)
        return pipeline

    def change_pipeline(self, request: dict[str, Any], caller: Mapping[str, Any]) -> Pipeline:
        """UpdatePipeline: what the request does not name stays; running executions keep theirs."""
        _require_valid("UpdatePipeline", request, {"PipelineVersionAliases"})
        pipeline = self.pipeline(request["PipelineName"])
        text = definition_text(request, self.region_name)
        definition = None if text is None else _checked(text)
        role_arn = request.get("RoleArn") or pipeline.role_arn
        self._role(role_arn).require()
        with self._pipelines_lock:
            pipeline.modified = current().clock.now()
            pipeline.modified_by = caller
            pipeline.role_arn = role_arn
            pipeline.display_name = request.get("PipelineDisplayName") or pipeline.display_name
            if request.get("PipelineDescription") is not None:
                pipeline.description = request["PipelineDescription"]
            if request.get("ParallelismConfiguration"):
                pipeline.max_parallel_steps = _parallel_steps(request)
            if text is not None and definition is not None and text != pipeline.versions[-1].text:
                number = pipeline.versions[-1].number + 1
                version = PipelineVersion(number, text, definition, pipeline.modified)
                pipeline.versions.append(version)
        _prewarm(pipeline.versions[-1].definition)
        return pipeline

    def pipeline(self, name_or_arn: str) -> Pipeline:
        """The pipeline, or SageMaker's words for its absence."""
        found = self._by_name(name_or_arn.rpartition("/")[2])
        if found is None:
            arn = name_or_arn if name_or_arn.startswith("arn:") else self._arn(name_or_arn)
            raise AwsError("ResourceNotFound", f"Pipeline '{arn}' does not exist.")
        return found

    def remove_pipeline(self, request: dict[str, Any]) -> str:
        """DeletePipeline: with its executions, and only when none of them runs."""
        _require_valid("DeletePipeline", request)
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

    # Executions

    def start_execution(
        self, request: dict[str, Any], caller: Mapping[str, Any]
    ) -> PipelineExecution:
        """StartPipelineExecution: answers at once; the same token does not start a second one."""
        _require_valid(
            "StartPipelineExecution",
            request,
            {"SelectiveExecutionConfig", "PipelineVersionAlias", "MlflowExperimentName"},
        )
        with self._pipelines_lock:
            pipeline = self.pipeline(request["PipelineName"])
            token = (pipeline.arn, request["ClientRequestToken"])
            if token in self._pipeline_tokens:
                return pipeline.executions[self._pipeline_tokens[token]]
            version = pipeline.version(request.get("PipelineVersionId"))
            values = values_for_execution(
                version.definition.parameters, request.get("PipelineParameters") or []
            )
            role_arn = request.get("RoleArn") or pipeline.role_arn
            role = self._role(role_arn)
            role.require()
            now = current().clock.now()
            execution = PipelineExecution(
                arn=f"{pipeline.arn}/execution/{''.join(secrets.choice(_ID) for _ in range(12))}",
                pipeline_name=pipeline.name,
                pipeline_arn=pipeline.arn,
                version=version.number,
                definition=version.definition,
                definition_text=version.text,
                role_arn=role_arn,
                parameters=values,
                created=now,
                created_by=caller,
                account_id=self.account_id,
                region=self.region_name,
                number=self._next_number(),
                display_name=request.get("PipelineExecutionDisplayName")
                or f"execution-{int(now.timestamp() * 1000)}",
                description=request.get("PipelineExecutionDescription"),
                max_parallel_steps=_parallel_steps(request) or pipeline.max_parallel_steps,
            )
            executor = Executor(execution, role, lambda: list(pipeline.executions.values()))
            pipeline.executions[execution.arn] = execution
            pipeline.last_run = now
            self.pipeline_executions[execution.arn] = execution
            self._executors[execution.arn] = executor
            self._pipeline_tokens[token] = execution.arn
        _prewarm(version.definition)
        current().background(f"pipeline execution {execution.arn}", self._execute, executor)
        return execution

    def execution(self, arn: str) -> PipelineExecution:
        """The execution, or SageMaker's words for its absence."""
        known, _, execution_id = arn.partition("/execution/")
        pipeline = self._by_name(known.rpartition("/")[2])
        if pipeline is not None:
            found = pipeline.executions.get(f"{pipeline.arn}/execution/{execution_id}")
            if found is not None:
                return found
        raise AwsError("ResourceNotFound", f"Pipeline execution '{arn}' does not exist.")

    def stop_execution(self, request: dict[str, Any], caller: Mapping[str, Any]) -> str:
        """StopPipelineExecution: running jobs are stopped, nothing more starts."""
        _require_valid("StopPipelineExecution", request)
        execution = self.execution(request["PipelineExecutionArn"])
        if execution.finished:
            raise ValidationException(
                f"Pipeline execution '{execution.arn}' is in status {execution.status} and cannot "
                "be stopped."
            )
        if execution.status != STOPPING:
            execution.modified_by = caller
            self._executors[execution.arn].request_stop()
        return execution.arn

    def experiment(self, execution: PipelineExecution) -> dict[str, Any]:
        """The experiment's names of an execution, in lower case as observed. No experiment is made:
        nothing here keeps lineage."""
        scope = ExecutionScope(execution, self._role(execution.role_arn))
        config = expressions.resolve(execution.definition.experiment, scope)
        return {name: str(value).lower() for name, value in config.items()}

    def _execute(self, executor: Executor) -> None:
        try:
            executor.run()
        finally:
            self._executors.pop(executor.execution.arn, None)

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


def _checked(text: str) -> Definition:
    definition = parse(text)
    validation.check(definition)
    return definition


def _prewarm(definition: Definition) -> None:
    for step in definition.steps.values():
        for image in steps.of(step).images(step):
            containers.prewarm(image)


def _parallel_steps(request: Mapping[str, Any]) -> int | None:
    configuration = request.get("ParallelismConfiguration")
    return int(configuration["MaxParallelExecutionSteps"]) if configuration else None


def _require_valid(
    operation: str, request: Mapping[str, Any], refused: Collection[str] = ()
) -> None:
    request_validation.validate(operation, request)
    for member in sorted(refused):
        if request.get(member):
            known = set(argument_shapes.input_members(operation)) - set(refused)
            raise unsupported(f"{operation} member", member, known)
