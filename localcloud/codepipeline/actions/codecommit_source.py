"""Source action CodeCommit: the content of one commit, zipped.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeCommit.html. The branch's
head, or the commit of an override; a zip without `.git` (`CODE_ZIP`). `CODEBUILD_CLONE_REF` is
refused. On AWS the archive is made by codecommit:UploadArchive, which is no public API; here the
repository itself is read once GetBranch and GetCommit have been permitted to the action's role.
Polling is refused: a pipeline is started by an EventBridge rule or by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.utilities.utils import get_partition

from localcloud.codepipeline.actions.action import (
    ActionContext,
    ActionFailed,
    ActionProvider,
    ActionType,
    Result,
    service_failure,
)
from localcloud.codepipeline.records import SourceRevision
from localcloud.errors import AwsError
from localcloud.iam.authorization import gate
from localcloud.iam.authorization.caller import caller_of

SERVICE = "AWSCodeCommit"


class CodeCommitSource(ActionProvider):
    """`Source/CodeCommit`."""

    type = ActionType(
        "Source",
        "CodeCommit",
        required=frozenset({"RepositoryName", "BranchName"}),
        optional=frozenset({"PollForSourceChanges", "OutputArtifactFormat"}),
        outputs=(1, 1),
    )

    def entity_url(self, configuration: Mapping[str, str], region: str) -> str | None:
        return (
            f"https://{region}.console.aws.amazon.com/codecommit/home#/repository/"
            f"{configuration['RepositoryName']}/browse/{configuration['BranchName']}/--/"
        )

    def run(self, context: ActionContext) -> Result:
        repository = context.configuration["RepositoryName"]
        branch = context.configuration["BranchName"]
        output_format = context.configuration.get("OutputArtifactFormat", "CODE_ZIP")
        if output_format != "CODE_ZIP":
            raise ActionFailed(
                f"unsupported: codepipeline OutputArtifactFormat '{output_format}'; "
                "supported: CODE_ZIP",
                "ConfigurationError",
            )
        commit_id = _commit_id(context, repository, branch)
        commit = _get_commit(context, repository, commit_id)
        context.put_output(context.run.outputs[0], _zip(context, repository, commit_id))
        author, committer = commit["author"], commit["committer"]
        message = str(commit.get("message", ""))
        return Result(
            {
                "AuthorDate": _iso(author["date"]),
                "BranchName": branch,
                "CommitId": commit_id,
                "CommitMessage": message,
                "CommitterDate": _iso(committer["date"]),
                "RepositoryName": repository,
            },
            SourceRevision(
                context.run.action,
                commit_id,
                summary=message,
                url=f"https://{context.region}.console.aws.amazon.com/codecommit/home#/repository/"
                f"{repository}/commit/{commit_id}",
                created=_when(committer["date"]),
                artifact_name=context.run.outputs[0].name,
            ),
        )


def _commit_id(context: ActionContext, repository: str, branch: str) -> str:
    override = context.override
    if override is not None:
        if override.revision_type != "COMMIT_ID":
            raise ActionFailed(
                f"A source revision override of type {override.revision_type} cannot be used for "
                f"the CodeCommit source action {context.run.action}; it takes COMMIT_ID.",
                "ConfigurationError",
            )
        return override.revision_value
    client = context.client("codecommit")
    try:
        answer = client.get_branch(repositoryName=repository, branchName=branch)
    except client.exceptions.BranchDoesNotExistException:
        # Observed: https://github.com/aws/aws-cdk/issues/14156
        raise ActionFailed(
            f"The action failed because no branch named {branch} was found in the selected AWS "
            f"CodeCommit repository {repository}. Make sure you are using the correct branch name, "
            "and then try again. Error: null",
            "ConfigurationError",
        ) from None
    except (ClientError, BotoCoreError) as error:
        raise service_failure("getBranch", SERVICE, error) from error
    return str(answer["branch"]["commitId"])


def _get_commit(context: ActionContext, repository: str, commit_id: str) -> dict[str, Any]:
    client = context.client("codecommit")
    try:
        commit: dict[str, Any] = client.get_commit(repositoryName=repository, commitId=commit_id)[
            "commit"
        ]
    except (ClientError, BotoCoreError) as error:
        raise service_failure("getCommit", SERVICE, error) from error
    return commit


def _zip(context: ActionContext, repository: str, commit_id: str) -> bytes:
    from moto.codecommit import codecommit_backends

    from localcloud.codecommit.archives import zip_of_commit

    arn = f"arn:{get_partition(context.region)}:codecommit:{context.region}:{context.account_id}"
    role = caller_of(context.credentials.access_key_id, context.region, context.account_id)
    # Not public operations, but permissions of their own: CodePipeline uploads the commit by them
    # (https://docs.aws.amazon.com/codecommit/latest/userguide/auth-and-access-control-permissions-reference.html).
    for action in ("UploadArchive", "GetUploadArchiveStatus"):
        try:
            gate.require(role, f"codecommit:{action}", f"{arn}:{repository}")
        except AwsError as error:
            raise ActionFailed(error.message, "PermissionError") from error
    backend = codecommit_backends[context.account_id][context.region]
    content: bytes = zip_of_commit(backend.repository_directory(repository), commit_id)
    return content


def _when(date: str) -> datetime | None:
    """A git date (`1700000000 +0100`), as CodeCommit tells it."""
    seconds, _, offset = date.partition(" ")
    try:
        zone: tzinfo = UTC
        if len(offset) == 5:
            sign = -1 if offset[0] == "-" else 1
            minutes = sign * (int(offset[1:3]) * 60 + int(offset[3:]))
            zone = timezone(timedelta(minutes=minutes))
        return datetime.fromtimestamp(int(seconds), zone)
    except ValueError:
        return None


def _iso(date: str) -> str:
    """As the variables tell it: ISO 8601 with Z (format inferred)."""
    moment = _when(date)
    return date if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
