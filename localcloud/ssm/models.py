"""The Parameter Store's backend: moto's, which also emits events and remembers who put a value.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
"""

from __future__ import annotations

import re
from typing import Any

from moto.ssm.models import Parameter, SimpleSystemManagerBackend
from moto.sts import sts_backends
from moto.utilities.utils import get_partition

from localcloud.errors import AwsError, ValidationException, unsupported
from localcloud.iam.authorization import gate
from localcloud.ssm import parameter_events


class SSMBackend(SimpleSystemManagerBackend):
    """State of the Parameter Store in one account and region."""

    def put_parameter(self, name: str, *args: Any, **kwargs: Any) -> Parameter:
        """PutParameter. Its members are moto's: name, description, value, type, allowed pattern …

        Raises AwsError for a path that does not begin with a slash, for a value that the pattern does
        not allow, and for policies of a parameter, which nothing here would carry out.
        """
        if "/" in name and not name.startswith("/"):
            raise ValidationException("Parameter name must be a fully qualified name.")
        if kwargs.get("policies"):
            raise unsupported(
                "PutParameter member",
                "Policies",
                ["AllowedPattern", "DataType", "Description", "KeyId", "Tags", "Tier"],
                "InvalidPolicyTypeException",
            )
        before = self._parameters[name][-1:] if name in self._parameters else []
        value, pattern = args[1], args[3]
        known = before[0].allowed_pattern if before else None
        _check(value, pattern if pattern is not None else known)
        put = super().put_parameter(name, *args, **kwargs)
        put.last_modified_user = _caller(self.account_id, self.region_name)
        parameter_events.emit(put, "Update" if before else "Create", self.region_name)
        return put

    def delete_parameter(self, name: str) -> None:
        """DeleteParameter."""
        gone = self._known(name)
        super().delete_parameter(name)
        if gone is not None:
            parameter_events.emit(gone, "Delete", self.region_name)

    def delete_parameters(self, names: list[str]) -> list[str]:
        """DeleteParameters: the names that there were; the others are in the answer as invalid."""
        found = {name: self._known(name) for name in names}
        deleted: list[str] = super().delete_parameters(names)
        for name in deleted:
            gone = found[name]
            if gone is not None:
                parameter_events.emit(gone, "Delete", self.region_name)
        return deleted

    def _known(self, name: str) -> Parameter | None:
        wanted = self._parameters.normalize_name(name)
        return self._parameters[wanted][-1] if self._parameters.get(wanted) else None


def _check(value: str | None, pattern: str | None) -> None:
    """Refuse a value that the parameter's pattern does not match (its whole: assumed)."""
    if not pattern or value is None:
        return
    try:
        allowed = re.fullmatch(pattern, value) is not None
    except re.error as error:
        raise AwsError(
            "InvalidAllowedPatternException", f"The allowed pattern is not valid: {error}"
        ) from error
    if not allowed:
        raise AwsError(
            "ParameterPatternMismatchException",
            f"Parameter value, cannot be validated against allowedPattern: {pattern}",
        )


def _caller(account_id: str, region: str) -> str:
    """The ARN of whoever's request this is; a person's is the one that GetCallerIdentity tells."""
    caller = gate.present_caller()
    if caller is None or caller.kind in ("person", "internal"):
        backend = sts_backends[account_id][get_partition(region)]
        return str(backend.get_caller_identity("", region)[1])
    return caller.arn
