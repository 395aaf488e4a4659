"""The operations on a repository's tags.

https://docs.aws.amazon.com/codecommit/latest/APIReference/API_TagResource.html and its siblings
"""

from __future__ import annotations

from moto.core.responses import ActionResult, EmptyResult

from localcloud.codecommit import names
from localcloud.codecommit.operations import Operations, page, without_none
from localcloud.codecommit.repository import Repository
from localcloud.codecommit.tags import check_number, checked_tags
from localcloud.errors import AwsError

PAGE = 50


class TagOperations(Operations):
    """TagResource, UntagResource, ListTagsForResource."""

    def tag_resource(self) -> EmptyResult:
        repository = self._tagged
        tags = names.required(self.request_members, "tags", "TagsMapRequiredException")
        merged = repository.tags | checked_tags(tags)
        check_number(len(merged))
        repository.tags = merged
        return EmptyResult()

    def untag_resource(self) -> EmptyResult:
        repository = self._tagged
        keys = names.required(self.request_members, "tagKeys", "TagKeysListRequiredException")
        repository.tags = {k: v for k, v in repository.tags.items() if k not in keys}
        return EmptyResult()

    def list_tags_for_resource(self) -> ActionResult:
        tags = sorted(self._tagged.tags.items())
        items, token = page(tags, self.request_members.get("nextToken"), PAGE)
        return ActionResult(without_none({"tags": dict(items), "nextToken": token}))

    @property
    def _tagged(self) -> Repository:
        arn = names.required(self.request_members, "resourceArn", "ResourceArnRequiredException")
        parts = str(arn).split(":")
        if len(parts) != 6 or parts[0] != "arn" or parts[2] != "codecommit":
            raise AwsError("InvalidResourceArnException", f"{arn} is not a repository's ARN")
        return self.hosting.repository(names.repository_name({"repositoryName": parts[5]}))
