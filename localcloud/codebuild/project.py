"""A build project: its settings, and how BatchGetProjects tells them.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_Project.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from localcloud import clients
from localcloud.cloud import current
from localcloud.codebuild import network
from localcloud.codebuild.errors import SERVICE, invalid_input
from localcloud.codebuild.supported_members import check_project
from localcloud.errors import AwsError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-_]{1,149}")
DEFAULT_TIMEOUT_MINUTES = 60
DEFAULT_QUEUED_TIMEOUT_MINUTES = 480
# https://docs.aws.amazon.com/codebuild/latest/userguide/troubleshooting.html
CANNOT_ASSUME = (
    "CodeBuild is not authorized to perform: sts:AssumeRole on service role {role}. Please verify "
    "that: 1) The provided service role exists, 2) The role name is case-sensitive and matches "
    "exactly, and 3) The role has the necessary trust policy configured"
)


class Project:
    """A project of one account and region."""

    def __init__(
        self, settings: Mapping[str, Any], account_id: str, region: str, partition: str
    ) -> None:
        self.name = str(settings["name"])
        self.arn = f"arn:{partition}:codebuild:{region}:{account_id}:project/{self.name}"
        self.created = current().clock.now()
        self._default_key = f"arn:{partition}:kms:{region}:{account_id}:alias/aws/s3"
        self._account_id, self._region = account_id, region
        if not NAME.fullmatch(self.name):
            raise invalid_input("Only alphanumeric characters, dash, and underscore are supported")
        self.settings: dict[str, Any] = {}
        self.builds = 0
        self.change(settings)

    def change(self, settings: Mapping[str, Any]) -> None:
        """Take these settings, after they were checked; those that are not given stay."""
        merged = {
            **self.settings,
            **{key: value for key, value in settings.items() if value is not None},
        }
        check_project(merged)
        check_role(str(merged["serviceRole"]), self._account_id)
        network.check(merged.get("vpcConfig") or {}, str(merged["serviceRole"]), self._region)
        self.settings = merged
        self.modified = current().clock.now()

    @property
    def encryption_key(self) -> str:
        """The key's ARN or alias; Amazon S3's own by default."""
        key = str(self.settings.get("encryptionKey") or self._default_key)
        return self._default_key if key == "alias/aws/s3" else key

    def describe(self) -> dict[str, Any]:
        """As `Project`."""
        told = {key: value for key, value in self.settings.items() if key != "badgeEnabled"}
        environment = dict(self.settings["environment"])
        environment.setdefault("environmentVariables", [])
        environment.setdefault("privilegedMode", False)
        environment.setdefault("imagePullCredentialsType", "CODEBUILD")
        told.update(
            arn=self.arn,
            environment=environment,
            encryptionKey=self.encryption_key,
            created=self.created.timestamp(),
            lastModified=self.modified.timestamp(),
            badge={"badgeEnabled": False},
            projectVisibility="PRIVATE",
        )
        if not told.get("vpcConfig"):
            told.pop("vpcConfig", None)
        told.setdefault("cache", {"type": "NO_CACHE"})
        told.setdefault("timeoutInMinutes", DEFAULT_TIMEOUT_MINUTES)
        told.setdefault("queuedTimeoutInMinutes", DEFAULT_QUEUED_TIMEOUT_MINUTES)
        told.setdefault("tags", [])
        return told


def check_role(role_arn: str, account_id: str) -> None:
    """Raises InvalidInputException when CodeBuild cannot assume the role."""
    parts = role_arn.split(":")
    if len(parts) != 6 or parts[2] != "iam" or not parts[5].startswith("role/"):
        raise invalid_input("Invalid service role")
    if parts[4] != account_id:
        raise invalid_input(
            "Invalid service role: Service role account ID does not match caller's account"
        )
    try:
        clients.role_session(role_arn, "AWSCodeBuild", SERVICE)
    except AwsError as error:
        raise invalid_input(CANNOT_ASSUME.format(role=role_arn)) from error
