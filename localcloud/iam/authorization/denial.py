"""A denial in AWS's words and codes.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html has the grammar, and that
only one type of policy is named. Since 2026-01 an explicit deny names the policy
(https://aws.amazon.com/blogs/security/enhanced-access-denied-error-messages-with-policy-arns/); inline
policies have no ARN. S3 quotes the resource (observed), and explains nothing to another account outside
of the bucket's organization (https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html).
Why a role of another account cannot be assumed is not said
(observed: https://github.com/aws/aws-cli/issues/7216). Assumed: `on resource: *` for actions that have none.
"""

from __future__ import annotations

from localcloud.errors import AwsError
from localcloud.iam.authorization.decision import IDENTITY, Verdict

# Codes of botocore's models where they are not AccessDeniedException; query services answer
# AccessDenied (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html).
_CODES = {
    "cloudformation": ("AccessDenied", 403),
    "cloudwatch": ("AccessDenied", 403),
    "iam": ("AccessDenied", 403),
    "lambda": ("AccessDeniedException", 403),
    "s3": ("AccessDenied", 403),
    "sns": ("AuthorizationError", 403),
    "sqs": ("AccessDenied", 403),
    "sts": ("AccessDenied", 403),
}
_OTHER = ("AccessDeniedException", 400)


class Denied(AwsError):
    """A call that its caller may not make."""

    def __init__(
        self, caller: str, action: str, resource: str, verdict: Verdict, *, told: str = ""
    ) -> None:
        """`told` takes the place of IAM's text."""
        self.action, self.resource, self.verdict = action, resource, verdict
        text = told or _text(caller, action, resource, verdict)
        super().__init__("AccessDeniedException", text, 403)

    def for_service(self, prefix: str) -> AwsError:
        """The error as the service with this prefix answers it."""
        code, status = _CODES.get(prefix, _OTHER)
        return AwsError(code, self.message, status)


class CrossAccountPassRole(Denied):
    """A role of another account is handed to a service; no policy could allow it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html; the words were seen of
    Lambda and CloudFormation (https://github.com/adcreare/cloudformation/issues/3).
    """

    def __init__(self, caller: str, role: str) -> None:
        verdict = Verdict(False, IDENTITY, foreign=True)
        told = "Cross-account pass role is not allowed."
        super().__init__(caller, "iam:PassRole", role, verdict, told=told)


def _text(caller: str, action: str, resource: str, verdict: Verdict) -> str:
    shown = f'"{resource}"' if action.startswith("s3:") else resource
    told = f"User: {caller} is not authorized to perform: {action} on resource: {shown}"
    if verdict.foreign and action.startswith("s3:") and not verdict.same_organization:
        return "Access Denied"
    if verdict.foreign and action == "sts:AssumeRole":
        return told
    if not verdict.explicit:
        return f"{told} because no {verdict.kind} allows the {action} action"
    article = "an" if verdict.kind == IDENTITY else "a"
    arn = verdict.policy.arn if verdict.policy else ""
    named = f": {arn}" if arn else ""
    return f"{told} with an explicit deny in {article} {verdict.kind}{named}"
