"""What a pipeline execution's state means for the action that waits for it. Pure.

Statuses: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribePipelineExecution.html
The execution's own FailureReason says only that a step failed (observed); the cause is the step's
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_PipelineExecutionStep.html). Steps that
never started are not listed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slipway_shared.codepipeline_job import Continued, JobFailure, Succeeded

Step = Mapping[str, Any]

RUNNING = frozenset({"Executing", "Stopping"})
SUCCEEDED = "Succeeded"


def report(
    execution: Mapping[str, Any], steps: Sequence[Step], violations: Mapping[str, str] | None = None
) -> Succeeded | Continued:
    """The answer for this state; `steps` in the order in which they started, `violations` by the name
    of a failed check what its report says. Raises JobFailure with the failed steps' own reasons."""
    arn = execution["PipelineExecutionArn"]
    status = execution["PipelineExecutionStatus"]
    if status in RUNNING:
        return Continued({"executionArn": arn}, progress(status, steps), arn)
    if status == SUCCEEDED:
        variables = {"PipelineExecutionArn": arn}
        package = registered_package(steps)
        if package:
            variables["ModelPackageArn"] = package
        registered = f", registered {package}" if package else ", no version was registered"
        return Succeeded(f"execution succeeded{registered}", variables, arn)
    raise JobFailure(failure(execution, steps, violations or {}), arn)


def progress(status: str, steps: Sequence[Step]) -> str:
    """Which steps run now, and how many are done, in a line."""
    running = [
        step["StepName"] for step in steps if step["StepStatus"] in ("Starting", "Executing")
    ]
    done = sum(step["StepStatus"] == "Succeeded" for step in steps)
    what = f"running {', '.join(running)}" if running else "no step is running"
    stopping = "stopping; " if status == "Stopping" else ""
    return f"{stopping}{what}; {done} step{'' if done == 1 else 's'} done"


def registered_package(steps: Sequence[Step]) -> str | None:
    """The model package that a RegisterModel step made, if one ran to its end."""
    for step in reversed(steps):
        registered = (step.get("Metadata") or {}).get("RegisterModel")
        if registered and step["StepStatus"] == "Succeeded":
            return str(registered["Arn"])
    return None


def failure(
    execution: Mapping[str, Any], steps: Sequence[Step], violations: Mapping[str, str]
) -> str:
    """Why an execution did not succeed: each failed step's reason, else the execution's own."""
    status = execution["PipelineExecutionStatus"]
    reasons = [
        f"Step {step['StepName']}: {step_reason(step, violations.get(step['StepName']))}"
        for step in steps
        if ended_badly(step)
    ]
    if status == "Stopped":
        return "; ".join(["the execution was stopped", *reasons])
    if reasons:
        return "; ".join(reasons)
    return f"execution ended {status}: {execution.get('FailureReason') or 'no step says why'}"


def ended_badly(step: Step) -> bool:
    """Whether the step failed, or was stopped for a reason of its own: one that was stopped along
    with its execution has nothing to say."""
    stopped_itself = step["StepStatus"] == "Stopped" and bool(step.get("FailureReason"))
    return step["StepStatus"] == "Failed" or stopped_itself


def step_reason(step: Step, violations: str | None = None) -> str:
    """Why a step failed, in SageMaker's words; a Fail step's message is its reason. What a check's
    report says follows."""
    message = ((step.get("Metadata") or {}).get("Fail") or {}).get("ErrorMessage")
    reason = str(step.get("FailureReason") or message or "failed, without a reason")
    return f"{reason} - {violations}" if violations else reason
