"""The part of the configuration that says where the model repository is: the key `source`."""

from __future__ import annotations

from dataclasses import dataclass

from infra.reading import one_of, optional, setting, text

CODECOMMIT = "codecommit"
CONNECTION = "connection"

# What git allows (https://git-scm.com/docs/git-check-ref-format), in letters, digits and ._/-
_BRANCH = text(
    r"(?=.{1,100}$)(?!.*(?://|\.\.|/[.-]|\.lock(?:/|$)))[A-Za-z0-9_][A-Za-z0-9._/-]*(?<![./])",
    "the name of a branch: up to 100 letters, digits and ._/- as git allows them",
)
# Connections have either prefix, the older ones the second:
# https://docs.aws.amazon.com/dtconsole/latest/userguide/rename.html
_CONNECTION_ARN = text(
    r"arn:aws[a-z-]*:(?:codeconnections|codestar-connections):[a-z0-9-]+:[0-9]{12}"
    r":connection/[0-9a-f-]{36}",
    "the ARN of a connection (arn:aws:codeconnections:…:connection/…)",
)
# GitHub has one owner, GitLab may have groups within groups.
_REPOSITORY = text(
    r"(?=.{3,200}$)[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_.-]*[A-Za-z0-9_-])+",
    "a repository with its owner such as 'owner/name'",
)


@dataclass(frozen=True)
class SourceConfig:
    """Where the model repository is."""

    type: str = setting("kind of repository", one_of(CODECOMMIT, CONNECTION), default=CODECOMMIT)
    branch: str = setting("the branch whose pushes start a build", _BRANCH, default="main")
    connection_arn: str | None = setting(
        "the connection to GitHub, GitLab or Bitbucket; for the type connection only",
        optional(_CONNECTION_ARN),
        default=None,
    )
    repository: str | None = setting(
        "the repository there, with its owner; for the type connection only",
        optional(_REPOSITORY),
        default=None,
    )

    def contradiction(self) -> tuple[str, str] | None:
        """A connection needs both of its fields, and CodeCommit would ignore them."""
        for name, check in (("connection_arn", _CONNECTION_ARN), ("repository", _REPOSITORY)):
            given = getattr(self, name)
            if self.type == CONNECTION and given is None:
                return name, f'{check(given)} where type is "{CONNECTION}"'
            if self.type == CODECOMMIT and given is not None:
                return name, f'null where type is "{CODECOMMIT}"'
        return None
