"""What a repository's tags may be.

https://docs.aws.amazon.com/codecommit/latest/userguide/limits.html
"""

from __future__ import annotations

from collections.abc import Mapping

from localcloud.errors import AwsError

MAXIMUM = 50
MAXIMUM_KEY = 128
MAXIMUM_VALUE = 256


def checked_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Tags of a request: InvalidSystemTagUsage-, InvalidTagsMap-, TooManyTagsException."""
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            raise AwsError("InvalidSystemTagUsageException", f"The tag key {key} begins with aws:")
        if not 1 <= len(key) <= MAXIMUM_KEY or len(value) > MAXIMUM_VALUE:
            raise AwsError("InvalidTagsMapException", f"The tag {key} is not valid")
    check_number(len(tags))
    return dict(tags)


def check_number(number: int) -> None:
    """TooManyTagsException for more tags than a repository may have."""
    if number > MAXIMUM:
        raise AwsError("TooManyTagsException", f"{number} tags; at most {MAXIMUM} are allowed")
