"""What AWS refuses, in one sentence that says what to do.

SageMaker models ResourceLimitExceeded only; the texts are observed ones. Quota:
https://github.com/aws-samples/sagemaker-custom-project-templates/issues/51; image:
https://github.com/aws-samples/easy-amazon-sagemaker-deployments/issues/4 and
https://github.com/aws/amazon-sagemaker-examples/issues/195; a model that cannot be read:
https://github.com/philschmid/llm-sagemaker-sample/issues/2 and, of an endpoint,
https://github.com/aws-solutions-library-samples/fraud-detection-using-machine-learning/issues/9.
"""

from __future__ import annotations

from slipway_shared.service_errors import code_of, message_of, says
from slipway_shared.stage_settings import Instances, StageSettings

DENIED = frozenset({"AccessDenied", "AccessDeniedException"})
NO_ACCESS, NOT_DOWNLOADED = "Could not access model data", "Failed to download model data"


def explain(error: Exception, settings: StageSettings) -> str:
    """A ClientError in words; any other exception by its name."""
    if not code_of(error):
        return f"{type(error).__name__}: {error}"
    operation = getattr(error, "operation_name", "a call")
    message = message_of(error).rstrip(".")
    where = f"account {settings.target.account_id}, {settings.target.region}"
    if code_of(error) == "ResourceLimitExceeded":
        hosting = settings.hosting
        kind = hosting.instance_type if isinstance(hosting, Instances) else "serverless endpoints"
        return (
            f"the quota of {where} does not allow this ({message}): ask Service Quotas for more of"
            f" {kind} for endpoint usage, or change the stage's settings"
        )
    if code_of(error) in DENIED and says(error, "iam:PassRole"):
        return (
            f"{settings.target.role_arn} may not pass {settings.execution_role_arn} to SageMaker"
            f" ({message}): allow it iam:PassRole on that role"
        )
    if code_of(error) in DENIED:
        return f"a permission for {operation} is missing: {message}"
    if code_of(error) == "ValidationException" and (
        says(error, "image") or says(error, "cannot find repository")
    ):
        return (
            f"SageMaker in {where} cannot use the version's container image ({message}): push the"
            f" image, let {settings.execution_role_arn} pull it, or register the version anew"
        )
    if says(error, NO_ACCESS):
        return f"SageMaker cannot use the model ({message}): {reading_the_model(settings)}"
    return f"{operation} was refused: {message} ({code_of(error)})"


def reading_the_model(settings: StageSettings) -> str:
    """What SageMaker does not say of a model that it could not read."""
    return (
        f"{settings.execution_role_arn} must be allowed s3:GetObject on it, and kms:Decrypt where a key"
        f" encrypts it; from another account, by the bucket's policy and the key's too"
    )
