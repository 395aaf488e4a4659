"""The IAM API: moto's operations, with what moto lacks."""

from __future__ import annotations

from moto.core.responses import ActionResult
from moto.iam.responses import IamResponse as MotoResponse

from localcloud.errors import AwsError
from localcloud.iam.exceptions import IamError
from localcloud.iam.policy_simulation import simulate


class IAMResponse(MotoResponse):
    """Parses a request, calls the backend, answers."""

    def simulate_principal_policy(self) -> ActionResult:
        """SimulatePrincipalPolicy."""
        names = (
            "PolicySourceArn",
            "PolicyInputList",
            "PermissionsBoundaryPolicyInputList",
            "PolicyExclusionList",
            "ActionNames",
            "ResourceArns",
            "ResourcePolicy",
            "ResourceOwner",
            "ContextEntries",
            "ResourceHandlingOption",
        )
        try:
            answer = simulate(self.backend, {name: self._get_param(name) for name in names})
        except AwsError as error:  # IAM answers XML
            raise IamError(error.aws_code, error.message) from error
        return ActionResult(answer)
