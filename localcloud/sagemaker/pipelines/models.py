"""The part of the SageMaker backend that keeps executions of pipelines.

A missing execution is `ResourceNotFound` (`… does not exist.`), anything that is wrong with a request a
`ValidationException`. Assumed: the words of the refusals, and that an execution that is retried starts
its failed and stopped steps anew, with a first attempt.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from typing import Any

from localcloud.cloud import current
from localcloud.errors import AwsError, ValidationException
from localcloud.sagemaker.pipelines import expressions, selection
from localcloud.sagemaker.pipelines.callbacks import Callback
from localcloud.sagemaker.pipelines.execution import STOPPING, PipelineExecution
from localcloud.sagemaker.pipelines.executor import Executor
from localcloud.sagemaker.pipelines.parameters import values_for_execution
from localcloud.sagemaker.pipelines.pipeline import Pipeline
from localcloud.sagemaker.pipelines.pipeline_store import PipelineStore, prewarm
from localcloud.sagemaker.pipelines.requests import parallel_steps, require_valid
from localcloud.sagemaker.pipelines.scope import ExecutionScope

_ID = string.ascii_lowercase + string.digits


class PipelinesBackend(PipelineStore):
    """Pipelines and their executions, in one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._executors: dict[str, Executor] = {}

    def start_execution(
        self, request: dict[str, Any], caller: Mapping[str, Any]
    ) -> PipelineExecution:
        """StartPipelineExecution: answers at once; the same token does not start a second one."""
        require_valid("StartPipelineExecution", request, {"MlflowExperimentName"})
        if request.get("RoleArn"):
            raise ValidationException(
                "RoleArn can't be specified for a pipeline that you create, because its executions "
                "use the pipeline's role."
            )
        with self._pipelines_lock:
            pipeline = self.pipeline(request["PipelineName"])
            token = (pipeline.arn, request["ClientRequestToken"])
            if token in self._pipeline_tokens:
                return pipeline.executions[self._pipeline_tokens[token]]
            execution = self._made(pipeline, request, caller)
            pipeline.executions[execution.arn] = execution
            pipeline.last_run = execution.created
            self.pipeline_executions[execution.arn] = execution
            self._pipeline_tokens[token] = execution.arn
            self._run(pipeline, execution)
        prewarm(execution.definition)
        return execution

    def retry_execution(self, request: dict[str, Any], caller: Mapping[str, Any]) -> str:
        """RetryPipelineExecution: what has succeeded stays, the rest runs, under the same ARN.

        https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html: "You cannot retry a
        pipeline execution ending with a FailStep".
        """
        require_valid("RetryPipelineExecution", request)
        with self._pipelines_lock:
            execution = self.execution(request["PipelineExecutionArn"])
            token = (f"Retry {execution.arn}", request["ClientRequestToken"])
            if token in self._pipeline_tokens:
                return execution.arn
            execution.require_retryable()
            self._role(execution.role_arn).require()
            previous = execution.begin_again(caller, current().clock.now())
            limit = parallel_steps(request)
            if limit is not None:
                execution.max_parallel_steps = limit
            self._pipeline_tokens[token] = execution.arn
            self._run(self.pipeline(execution.pipeline_arn), execution, previous)
        return execution.arn

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
        require_valid("StopPipelineExecution", request)
        # A retry replaces the executor.
        with self._pipelines_lock:
            execution = self.execution(request["PipelineExecutionArn"])
            if execution.finished:
                raise ValidationException(
                    f"Pipeline execution '{execution.arn}' is in status {execution.status} and "
                    "cannot be stopped."
                )
            if execution.status != STOPPING:
                execution.modified_by = caller
                self._executors[execution.arn].request_stop()
        return execution.arn

    def succeed_callback(self, request: dict[str, Any]) -> str:
        """SendPipelineExecutionStepSuccess: the execution's ARN."""
        require_valid("SendPipelineExecutionStepSuccess", request)
        execution, callback = self._callback(request["CallbackToken"])
        outputs = request.get("OutputParameters") or []
        callback.succeed(outputs, request.get("ClientRequestToken"), execution.arn)
        current().changes.announce()
        return execution.arn

    def fail_callback(self, request: dict[str, Any]) -> str:
        """SendPipelineExecutionStepFailure: the execution's ARN."""
        require_valid("SendPipelineExecutionStepFailure", request)
        execution, callback = self._callback(request["CallbackToken"])
        reason = request.get("FailureReason")
        callback.fail(reason, request.get("ClientRequestToken"), execution.arn)
        current().changes.announce()
        return execution.arn

    def experiment(self, execution: PipelineExecution) -> dict[str, Any]:
        """The experiment's names of an execution, in lower case as observed. No experiment is made:
        lineage here has artifacts, actions and contexts, but no experiments and trials."""
        scope = ExecutionScope(execution, self._role(execution.role_arn))
        config = expressions.resolve(execution.definition.experiment, scope)
        return {name: str(value).lower() for name, value in config.items()}

    def _made(
        self, pipeline: Pipeline, request: dict[str, Any], caller: Mapping[str, Any]
    ) -> PipelineExecution:
        version = pipeline.version(
            request.get("PipelineVersionId"), request.get("PipelineVersionAlias")
        )
        values = values_for_execution(
            version.definition.parameters, request.get("PipelineParameters") or []
        )
        self._role(pipeline.role_arn).require()
        now = current().clock.now()
        config = request.get("SelectiveExecutionConfig")
        chosen = selection.select(pipeline, version.definition, config, now) if config else None
        return PipelineExecution(
            arn=f"{pipeline.arn}/execution/{''.join(secrets.choice(_ID) for _ in range(12))}",
            pipeline_name=pipeline.name,
            pipeline_arn=pipeline.arn,
            version=version.number,
            definition=version.definition,
            definition_text=version.text,
            role_arn=pipeline.role_arn,
            parameters=values,
            created=now,
            created_by=caller,
            account_id=self.account_id,
            region=self.region_name,
            number=self._next_number(),
            display_name=request.get("PipelineExecutionDisplayName")
            or f"execution-{int(now.timestamp() * 1000)}",
            description=request.get("PipelineExecutionDescription"),
            max_parallel_steps=parallel_steps(request) or pipeline.max_parallel_steps,
            selective_config=config,
            selected=chosen.names if chosen else None,
            steps=chosen.reused if chosen else {},
        )

    def _run(
        self, pipeline: Pipeline, execution: PipelineExecution, previous: str | None = None
    ) -> None:
        """Run the execution in the background; `previous` is the status that a retry has ended."""
        role = self._role(execution.role_arn)
        executor = Executor(execution, role, lambda: list(pipeline.executions.values()))
        self._executors[execution.arn] = executor
        current().background(
            f"pipeline execution {execution.arn}", self._execute, executor, previous
        )

    def _execute(self, executor: Executor, previous: str | None) -> None:
        try:
            executor.run(previous)
        finally:
            with self._pipelines_lock:
                # Unless the execution has been retried in the meantime.
                if self._executors.get(executor.execution.arn) is executor:
                    del self._executors[executor.execution.arn]

    def _callback(self, token: str) -> tuple[PipelineExecution, Callback]:
        for execution in list(self.pipeline_executions.values()):
            callback = execution.callbacks.get(token)
            if callback is not None:
                return execution, callback
        raise ValidationException(f"Callback token {token} does not exist.")
