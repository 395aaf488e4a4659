"""What steps share that call another service than SageMaker: Lambda and Callback."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.errors import unsupported
from localcloud.sagemaker.pipelines.definition import Step, as_object
from localcloud.sagemaker.pipelines.steps.step_type import StepFailure


def refused(action: str, resource: str, error: ClientError | BotoCoreError) -> StepFailure:
    """The failure of a step whose call was refused: names the action, the resource and the error."""
    details = str(error)
    if isinstance(error, ClientError):
        answer = error.response.get("Error", {})
        details = f"{answer.get('Code')}: {answer.get('Message')}"
    return StepFailure(
        f"ClientError: Failed to invoke {action} on {resource}. Error Details: {details}"
    )


def refuse_caching(step: Step) -> None:
    """Refuse a CacheConfig that asks for what AWS's page on caching does not offer the type."""
    if as_object(step.members.get("CacheConfig") or {}).get("Enabled"):
        raise unsupported(
            f"caching of {step.type} step '{step.name}': CacheConfig.Enabled", "true", ["false"]
        )
