"""Variables whose values lie in Parameter Store or Secrets Manager, read as the build's role.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.env.secrets-manager
"""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud import clients
from localcloud.codebuild.errors import PhaseFailed

# The code of both kinds of failure, as seen in build logs.
PARAMETERS = "Decrypted Variables Error"
SECRETS = "Secrets Manager Error Message"


def parameter(name: str, region: str, credentials: clients.Credentials) -> str:
    """The value of a parameter; raises PhaseFailed."""
    ssm = clients.client("ssm", region, credentials)
    try:
        found = ssm.get_parameters(Names=[name], WithDecryption=True)["Parameters"]
    except (ClientError, BotoCoreError) as error:
        raise PhaseFailed(PARAMETERS, _told(error)) from error
    if not found:
        raise PhaseFailed(PARAMETERS, f"parameter does not exist: {name}")
    return str(found[0]["Value"])


def secret(reference: str, region: str, credentials: clients.Credentials) -> str:
    """The value of `<secret-id>:<json-key>:<version-stage>:<version-id>`; raises PhaseFailed."""
    secret_id, key, stage, version = split_reference(reference)
    request: dict[str, str] = {"SecretId": secret_id}
    if stage:
        request["VersionStage"] = stage
    if version:
        request["VersionId"] = version
    manager = clients.client("secretsmanager", region, credentials)
    try:
        text = str(manager.get_secret_value(**request)["SecretString"])
    except (ClientError, BotoCoreError, KeyError) as error:
        raise PhaseFailed(SECRETS, _told(error)) from error
    if not key:
        return text
    try:
        members: dict[str, Any] = json.loads(text)
        value = members[key]
    except (ValueError, KeyError, TypeError) as error:
        raise PhaseFailed(SECRETS, f"the secret {secret_id} has no JSON key {key}") from error
    return value if isinstance(value, str) else json.dumps(value)


def split_reference(reference: str) -> tuple[str, str, str, str]:
    """Secret id, JSON key, version stage and version id of a reference; an ARN is an id. Pure."""
    parts = reference.split(":")
    length = 7 if reference.startswith("arn:") else 1
    rest = [*parts[length:], "", "", ""]
    return ":".join(parts[:length]), rest[0], rest[1], rest[2]


def _told(error: Exception) -> str:
    if isinstance(error, ClientError):
        detail = error.response.get("Error", {})
        return f"{detail.get('Code')}: {detail.get('Message')}"
    return str(error)
