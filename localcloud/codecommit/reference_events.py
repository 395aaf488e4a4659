"""The event that a changed branch or tag makes: "CodeCommit Repository State Change".

https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html. `callerUserArn` is not in
the page's samples and is read by users of the event (observed). Assumed: an annotated tag's commit is
named, not the tag object; other references (notes, say) make no event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud.codecommit.references import BRANCHES, TAGS, ReferenceChange, commit_of
from localcloud.events import bus

if TYPE_CHECKING:
    from localcloud.codecommit.repository import Repository

DETAIL_TYPE = "CodeCommit Repository State Change"


def detail(
    repository: Repository, change: ReferenceChange, caller_arn: str
) -> dict[str, str] | None:
    """The event's detail, or None for a reference that makes no event."""
    if change.name.startswith(BRANCHES):
        kind, name = "branch", change.name.removeprefix(BRANCHES)
    elif change.name.startswith(TAGS):
        kind, name = "tag", change.name.removeprefix(TAGS)
    else:
        return None
    if change.old == change.new:
        return None
    event = "Updated" if change.old and change.new else "Created" if change.new else "Deleted"
    told = {"callerUserArn": caller_arn, "event": f"reference{event}"}
    if change.new:
        told["commitId"] = commit_of(repository.directory, change.new)
    if change.old:
        told["oldCommitId"] = commit_of(repository.directory, change.old)
    return told | {
        "referenceFullName": change.name,
        "referenceName": name,
        "referenceType": kind,
        "repositoryId": repository.id,
        "repositoryName": repository.name,
    }


def emit(repository: Repository, change: ReferenceChange, caller_arn: str) -> None:
    """Put the event of one change on the default bus."""
    told = detail(repository, change, caller_arn)
    if told is not None:
        bus.emit(
            "aws.codecommit",
            DETAIL_TYPE,
            told,
            resources=[repository.arn],
            account_id=repository.account_id,
            region=repository.region,
        )
