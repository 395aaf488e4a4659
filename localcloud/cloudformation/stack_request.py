"""Reading what the requests about stacks and change sets have in common."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from moto.core.responses import BaseResponse
from moto.s3.models import s3_backends
from moto.utilities.utils import get_partition

from localcloud.cloudformation.errors import CloudFormationError
from localcloud.cloudformation.stack import Stack
from localcloud.iam.authorization import gate

# What changes how a request is carried out, and is not implemented.
REFUSED = (
    "ResourcesToImport",
    "ResourceTypes",
    "StackPolicyBody",
    "StackPolicyURL",
    "StackPolicyDuringUpdateBody",
    "StackPolicyDuringUpdateURL",
    "TimeoutInMinutes",
    "RetainExceptOnCreate",
)


class StackRequest(BaseResponse):
    """A request to CloudFormation."""

    def __init__(self) -> None:
        super().__init__(service_name="cloudformation")
        self.automated_parameter_parsing = True

    def refuse_unsupported(self) -> None:
        """Refuse what would change how the request is carried out and is not implemented."""
        for name in REFUSED:
            value = self._get_param(name)
            if value and str(value).lower() != "false":
                raise CloudFormationError(
                    f"unsupported by the local cloud: {self._get_action()} parameter {name!r}"
                )
        rollback = self._get_param("RollbackConfiguration") or {}
        if rollback.get("RollbackTriggers"):
            raise CloudFormationError("unsupported by the local cloud: RollbackTriggers")
        mode = self._deployment_config().get("Mode", "STANDARD")
        if mode != "STANDARD":
            raise CloudFormationError(
                f"unsupported by the local cloud: DeploymentConfig Mode {mode!r}; "
                "supported: STANDARD"
            )
        if self._get_param("DeploymentMode"):
            raise CloudFormationError("unsupported by the local cloud: DeploymentMode")

    def _deployment_config(self) -> dict[str, Any]:
        return dict(self._get_param("DeploymentConfig") or {})

    def read_disable_rollback(self) -> bool:
        """Whether a failure leaves everything as it is; asked in either of two members."""
        asked = self._deployment_config().get("DisableRollback", "")
        return self._get_bool_param("DisableRollback", False) or str(asked).lower() == "true"

    def read_tags(self) -> dict[str, str]:
        """The stack's tags."""
        given = self._get_param("Tags", [])
        return {_of(tag, "tags", "Key"): _of(tag, "tags", "Value") for tag in given}

    def read_parameters(self, stack: Stack | None) -> dict[str, str]:
        """The parameters as given; `UsePreviousValue` takes those of `stack`."""
        passed: dict[str, str] = {}
        for item in self._get_param("Parameters", []):
            name = _of(item, "parameters", "ParameterKey")
            if str(item.get("UsePreviousValue", "")).lower() == "true":
                if stack is None or name not in stack.given_parameters:
                    raise CloudFormationError(
                        f"Invalid input for parameter key {name}. Cannot specify usePreviousValue "
                        "as true for a parameter key not in the previous template"
                    )
                passed[name] = stack.given_parameters[name]
            else:
                passed[name] = item.get("ParameterValue", "")
        return passed

    def read_body(self, stack: Stack | None) -> str:
        """The template's text: in the request, in S3, or `stack`'s previous one."""
        if self._get_bool_param("UsePreviousTemplate", False):
            if stack is None:
                raise CloudFormationError("There is no previous template")
            return stack.template_body
        body, url = self._get_param("TemplateBody"), self._get_param("TemplateURL")
        if bool(body) == bool(url):
            raise CloudFormationError(
                "Either Template URL or Template Body must be specified."
                if not body
                else "Only one of Template URL and Template Body may be specified."
            )
        return str(body) if body else self._read_template(str(url))

    def _read_template(self, url: str) -> str:
        """A template in S3; `url` has the bucket in its host or its path."""
        parts = urlsplit(url)
        bucket, _, key = parts.path.lstrip("/").partition("/")
        host = (parts.hostname or "").split(".")
        if host[0] not in ("s3", "localhost") and not host[0].startswith("s3-"):
            bucket, key = host[0], parts.path.lstrip("/")
        partition = get_partition(self.region)
        gate.require_of_present_caller("s3:GetObject", f"arn:{partition}:s3:::{bucket}/{key}")
        stored = s3_backends[self.current_account][partition].get_object(bucket, key)
        if stored is None:
            raise CloudFormationError(f"S3 error: The specified key does not exist. ({url})")
        return str(stored.value.decode())


def _of(item: dict[str, Any], member: str, name: str) -> str:
    """A part that each item of a member must have; ValidationError, as AWS says it."""
    if item.get(name) is None:
        raise CloudFormationError(
            f"1 validation error detected: Value null at '{member}.member.{name[0].lower()}{name[1:]}' "
            "failed to satisfy constraint: Member must not be null"
        )
    return str(item[name])
