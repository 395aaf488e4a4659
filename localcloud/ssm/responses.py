"""The Systems Manager API: its Parameter Store. Documents, commands and windows are refused."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ssm.exceptions import ParameterNotFound
from moto.ssm.models import Parameter
from moto.ssm.responses import SimpleSystemManagerResponse as MotoResponse
from moto.ssm.utils import parameter_arn

from localcloud.errors import ValidationException

MAXIMUM_PAGE = 50


class SimpleSystemManagerResponse(MotoResponse):
    """Parses a request, calls the backend, answers."""

    MOTO_OPERATIONS = {
        "the backend emits the event": (
            "DeleteParameter",
            "DeleteParameters",
            "PutParameter",
        ),
        "reads of what was put, and labels of versions": (
            "GetParameter",
            "GetParameters",
            "GetParametersByPath",
            "LabelParameterVersion",
            "UnlabelParameterVersion",
        ),
        "tags": (
            "AddTagsToResource",
            "ListTagsForResource",
            "RemoveTagsFromResource",
        ),
    }

    def describe_parameters(self) -> ActionResult:
        """DescribeParameters: the last version of each parameter, without its value."""
        found = self.ssm_backend.describe_parameters(
            self._get_param("Filters"), self._get_param("ParameterFilters")
        )
        start = int(str(self._get_param("NextToken") or "0").strip() or 0)
        size = int(self._get_param("MaxResults") or 10)
        if not 1 <= size <= MAXIMUM_PAGE:
            raise ValidationException(
                f"1 validation error detected: Value '{size}' at 'maxResults' failed to satisfy "
                "constraint: Member must have value less than or equal to 50, greater than or equal "
                "to 1"
            )
        answer: dict[str, Any] = {
            "Parameters": [
                self._described(each)
                | {"ARN": parameter_arn(self.current_account, self.region, each.name)}
                for each in found[start : start + size]
            ]
        }
        if start + size < len(found):
            answer["NextToken"] = str(start + size)
        return ActionResult(answer)

    def get_parameter_history(self) -> ActionResult:
        """GetParameterHistory: every version, with its value (encrypted unless asked for)."""
        name = self._get_param("Name")
        found, token = self.ssm_backend.get_parameter_history(
            name, self._get_param("NextToken"), self._get_param("MaxResults", 50)
        )
        if found is None:
            raise ParameterNotFound(f"Parameter {name} not found.")
        decrypt = bool(self._get_param("WithDecryption"))
        return ActionResult(
            {
                "Parameters": [
                    self._described(each, decrypt=decrypt, include_labels=True) for each in found
                ],
                "NextToken": token,
            }
        )

    def _described(self, parameter: Parameter, **how: bool) -> dict[str, Any]:
        # A public parameter of AWS's (`/aws/service/…`) has no user of this account.
        user = getattr(parameter, "last_modified_user", "")
        described: dict[str, Any] = parameter.describe_response_object(**how)
        described.pop("LastModifiedUser")
        return described | ({"LastModifiedUser": user} if user else {})
