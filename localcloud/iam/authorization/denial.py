"""A denial in AWS's words and codes.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html has the grammar, and that
only one type of policy is named. Since 2026-01 an explicit deny names the policy
(https://aws.amazon.com/blogs/security/enhanced-access-denied-error-messages-with-policy-arns/); inline
policies have no ARN. S3 quotes the resource (observed). Assumed: `on resource: *` for actions that have none.
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

    def __init__(self, caller: str, action: str, resource: str, verdict: Verdict) -> None:
        self.action, self.resource, self.verdict = action, resource, verdict
        super().__init__("AccessDeniedException", _text(caller, action, resource, verdict), 403)

    def for_service(self, prefix: str) -> AwsError:
        """The error as the service with this prefix answers it."""
        code, status = _CODES.get(prefix, _OTHER)
        return AwsError(code, self.message, status)


def _text(caller: str, action: str, resource: str, verdict: Verdict) -> str:
    shown = f'"{resource}"' if action.startswith("s3:") else resource
    told = f"User: {caller} is not authorized to perform: {action} on resource: {shown}"
    if not verdict.explicit:
        return f"{told} because no {verdict.kind} allows the {action} action"
    article = "an" if verdict.kind == IDENTITY else "a"
    arn = verdict.policy.arn if verdict.policy else ""
    named = f": {arn}" if arn else ""
    return f"{told} with an explicit deny in {article} {verdict.kind}{named}"
