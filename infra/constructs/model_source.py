"""Where the model repository's commits come from, and what starts a build of them.

CodeCommit: a repository of the stack's own, and a rule that starts the pipeline with the newest commit.
A connection: a repository at GitHub, GitLab or Bitbucket, which the pipeline's action watches itself.
https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html
"""

from __future__ import annotations

from typing import Protocol

import aws_cdk as cdk
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as actions
from constructs import Construct

from infra.constructs.pipeline_roles import PipelineRoles
from infra.constructs.pipeline_trigger import PipelineTrigger
from infra.constructs.source_repository import SourceRepository
from infra.constructs.undelivered_events import UndeliveredEvents
from infra.names import Names
from infra.source_config import CONNECTION, SourceConfig

SOURCE = "Source"
# Not the artifact's name: CodePipeline refuses a namespace that is one. Both kinds of source put the
# commit into the variable CommitId.
SOURCE_VARIABLES = "SourceVariables"


class ModelSource(Protocol):
    """One kind of repository. `outputs` is what people have to know of it."""

    @property
    def outputs(self) -> dict[str, str]: ...

    def action(self, roles: PipelineRoles, output: codepipeline.Artifact) -> codepipeline.IAction:
        """The action that fetches a commit."""
        ...

    def start(
        self, scope: Construct, pipeline: codepipeline.Pipeline, undelivered: UndeliveredEvents
    ) -> None:
        """Make what starts the pipeline, if the action does not."""
        ...


def model_source(stack: cdk.Stack, config: SourceConfig, names: Names) -> ModelSource:
    """The source that the configuration asks for."""
    if config.type == CONNECTION:
        return ConnectionSource(config)
    return CodeCommitSource(stack, config, names)


class CodeCommitSource:
    """A repository of the stack's own, seeded with `pipeline_code/`."""

    def __init__(self, stack: cdk.Stack, config: SourceConfig, names: Names) -> None:
        self._branch = config.branch
        self._names = names
        self._repository = SourceRepository(
            stack, "Repository", name=names.repository, branch=config.branch
        )

    @property
    def outputs(self) -> dict[str, str]:
        return {
            "RepositoryName": self._repository.repository_name,
            "RepositoryCloneUrlHttp": self._repository.repository_clone_url_http,
        }

    def action(self, roles: PipelineRoles, output: codepipeline.Artifact) -> codepipeline.IAction:
        """See ModelSource."""
        return actions.CodeCommitSourceAction(
            action_name=SOURCE,
            role=roles.codecommit_source(SOURCE, self._repository),
            repository=self._repository,
            branch=self._branch,
            output=output,
            trigger=actions.CodeCommitTrigger.NONE,
            variables_namespace=SOURCE_VARIABLES,
        )

    def start(
        self, scope: Construct, pipeline: codepipeline.Pipeline, undelivered: UndeliveredEvents
    ) -> None:
        """A rule: the newest push is built, whatever order its events come in."""
        starts = f"of {self._names.repository} starts {self._names.model_build_pipeline}"
        PipelineTrigger(
            scope,
            "MainBranchUpdated",
            description=f"A push to {self._branch} {starts}",
            event_pattern={
                "source": ["aws.codecommit"],
                "detail-type": ["CodeCommit Repository State Change"],
                "resources": [self._repository.repository_arn],
                "detail": {
                    "event": ["referenceCreated", "referenceUpdated"],
                    "referenceType": ["branch"],
                    "referenceName": [self._branch],
                },
            },
            pipeline=pipeline,
            undelivered=undelivered,
        )


class ConnectionSource:
    """A repository elsewhere: the stack neither makes nor seeds one."""

    def __init__(self, config: SourceConfig) -> None:
        assert config.connection_arn and config.repository  # the configuration's own check
        self._connection_arn = config.connection_arn
        self._repository = config.repository
        self._branch = config.branch

    @property
    def outputs(self) -> dict[str, str]:
        return {"RepositoryName": self._repository}

    def action(self, roles: PipelineRoles, output: codepipeline.Artifact) -> codepipeline.IAction:
        """See ModelSource."""
        # The CDK puts the two together again: a GitLab group's groups are part of the owner.
        owner, _, name = self._repository.rpartition("/")
        return actions.CodeStarConnectionsSourceAction(
            action_name=SOURCE,
            role=roles.connection_source(SOURCE, self._connection_arn),
            connection_arn=self._connection_arn,
            owner=owner,
            repo=name,
            branch=self._branch,
            output=output,
            trigger_on_push=True,
            variables_namespace=SOURCE_VARIABLES,
        )

    def start(
        self, scope: Construct, pipeline: codepipeline.Pipeline, undelivered: UndeliveredEvents
    ) -> None:
        """Nothing: the action starts the pipeline itself (DetectChanges), with the commit pushed."""
