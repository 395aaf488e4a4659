"""The operations of SageMaker Pipelines.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StartPipelineExecution.html and its siblings.
UpdatePipelineExecution is refused as not implemented.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker.responses import SageMakerResponse

from localcloud.sagemaker.registry.api_request import body, caller, validated
from localcloud.sagemaker.registry.listing import ASCENDING, DESCENDING, answer, in_time, page


class PipelinesResponse(SageMakerResponse):
    """Parses a request, calls the backend, answers."""

    def create_pipeline(self) -> ActionResult:
        pipeline = self._pipelines.make_pipeline(body(self), caller(self))
        return ActionResult({"PipelineArn": pipeline.arn})

    def update_pipeline(self) -> ActionResult:
        pipeline = self._pipelines.change_pipeline(body(self), caller(self))
        version = pipeline.versions[-1].number
        return ActionResult({"PipelineArn": pipeline.arn, "PipelineVersionId": version})

    def describe_pipeline(self) -> ActionResult:
        request = validated(self, "DescribePipeline")
        pipeline = self._pipelines.pipeline(request["PipelineName"])
        number, alias = request.get("PipelineVersionId"), request.get("PipelineVersionAlias")
        return ActionResult(pipeline.describe(number, alias))

    def delete_pipeline(self) -> ActionResult:
        return ActionResult({"PipelineArn": self._pipelines.remove_pipeline(body(self))})

    def list_pipelines(self) -> ActionResult:
        request = validated(self, "ListPipelines")
        prefix = request.get("PipelineNamePrefix") or ""
        found = [
            pipeline
            for pipeline in list(self._pipelines.pipelines.values())
            if pipeline.name.startswith(prefix)
            and in_time(pipeline.created, request.get("CreatedAfter"), request.get("CreatedBefore"))
        ]
        by_name = request.get("SortBy") == "Name"
        items, token = page(
            found,
            request,
            lambda item: (item.name if by_name else item.created.timestamp(), item.number),
            DESCENDING,
        )
        return ActionResult(answer("PipelineSummaries", [item.summary() for item in items], token))

    def list_pipeline_versions(self) -> ActionResult:
        request = validated(self, "ListPipelineVersions")
        pipeline = self._pipelines.pipeline(request["PipelineName"])
        found = [
            version
            for version in pipeline.versions
            if in_time(version.created, request.get("CreatedAfter"), request.get("CreatedBefore"))
        ]
        items, token = page(found, request, lambda version: (version.number,), DESCENDING)
        summaries = [pipeline.version_summary(version) for version in items]
        return ActionResult(answer("PipelineVersionSummaries", summaries, token))

    def update_pipeline_version(self) -> ActionResult:
        pipeline, version = self._pipelines.change_version(body(self))
        return ActionResult({"PipelineArn": pipeline.arn, "PipelineVersionId": version.number})

    def start_pipeline_execution(self) -> ActionResult:
        execution = self._pipelines.start_execution(body(self), caller(self))
        return ActionResult({"PipelineExecutionArn": execution.arn})

    def stop_pipeline_execution(self) -> ActionResult:
        arn = self._pipelines.stop_execution(body(self), caller(self))
        return ActionResult({"PipelineExecutionArn": arn})

    def retry_pipeline_execution(self) -> ActionResult:
        arn = self._pipelines.retry_execution(body(self), caller(self))
        return ActionResult({"PipelineExecutionArn": arn})

    def send_pipeline_execution_step_success(self) -> ActionResult:
        return ActionResult({"PipelineExecutionArn": self._pipelines.succeed_callback(body(self))})

    def send_pipeline_execution_step_failure(self) -> ActionResult:
        return ActionResult({"PipelineExecutionArn": self._pipelines.fail_callback(body(self))})

    def describe_pipeline_execution(self) -> ActionResult:
        execution = self._execution("DescribePipelineExecution")
        described = execution.describe(self._pipelines.experiment(execution))
        # Those that the version has now.
        version = self._pipelines.pipeline(execution.pipeline_arn).version(execution.version)
        if version.aliases:
            described["PipelineVersionAliases"] = list(version.aliases)
        return ActionResult(described)

    def list_pipeline_executions(self) -> ActionResult:
        request = validated(self, "ListPipelineExecutions")
        pipeline = self._pipelines.pipeline(request["PipelineName"])
        alias = request.get("PipelineVersionAlias")
        version = None if alias is None else pipeline.version(None, alias).number
        found = [
            execution
            for execution in list(pipeline.executions.values())
            if in_time(execution.created, request.get("CreatedAfter"), request.get("CreatedBefore"))
            and version in (None, execution.version)
        ]
        by_arn = request.get("SortBy") == "PipelineExecutionArn"
        items, token = page(
            found,
            request,
            lambda item: (item.arn if by_arn else item.created.timestamp(), item.number),
            DESCENDING,
        )
        summaries = [item.summary() for item in items]
        return ActionResult(answer("PipelineExecutionSummaries", summaries, token))

    def list_pipeline_execution_steps(self) -> ActionResult:
        request = validated(self, "ListPipelineExecutionSteps")
        # Not required in the model, and without a default.
        execution = self._pipelines.execution(request.get("PipelineExecutionArn", ""))
        runs, token = page(
            list(execution.steps.values()), _whole(request), lambda run: (run.number,), DESCENDING
        )
        return ActionResult(
            answer("PipelineExecutionSteps", [run.describe() for run in runs], token)
        )

    def list_pipeline_parameters_for_execution(self) -> ActionResult:
        request = validated(self, "ListPipelineParametersForExecution")
        execution = self._pipelines.execution(request["PipelineExecutionArn"])
        items, token = page(
            execution.parameter_values(), _whole(request), lambda item: (item["Name"],), ASCENDING
        )
        return ActionResult(answer("PipelineParameters", items, token))

    def describe_pipeline_definition_for_execution(self) -> ActionResult:
        execution = self._execution("DescribePipelineDefinitionForExecution")
        return ActionResult(
            {"PipelineDefinition": execution.definition_text, "CreationTime": execution.created}
        )

    @property
    def _pipelines(self) -> Any:
        return self.sagemaker_backend

    def _execution(self, operation: str) -> Any:
        request = validated(self, operation)
        return self._pipelines.execution(request["PipelineExecutionArn"])


def _whole(request: dict[str, Any]) -> dict[str, Any]:
    """The request, for a page of a hundred where it says nothing (assumed): the SDK's `list_steps`
    reads one page and calls it all."""
    return {**request, "MaxResults": request.get("MaxResults") or 100}
