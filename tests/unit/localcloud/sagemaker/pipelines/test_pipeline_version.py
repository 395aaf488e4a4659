"""The aliases of a pipeline's versions."""

from __future__ import annotations

import pytest

from localcloud.errors import AwsError
from localcloud.sagemaker.pipelines.pipeline_version import changed_aliases

API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AliasOperations.html"


def test_aliases_are_added_and_removed() -> None:
    assert changed_aliases(2, ["old", "kept"], (), ["new", "kept"], ["old"]) == ["kept", "new"]


@pytest.mark.documented(API)
@pytest.mark.parametrize(
    ("add", "remove", "code", "reason"),
    [
        (["old"], ["old"], "ValidationException", "can't appear in both"),
        (["12"], [], "ValidationException", "Alias '12' can't consist of numbers only."),
        (["live"], [], "ConflictException", "Alias 'live' is assigned to another version"),
        ([], ["new"], "ValidationException", "version 2 does not have alias 'new'"),
        ([f"a{n}" for n in range(10)], [], "ValidationException", "more than 10 aliases"),
    ],
)
def test_change_is_refused(add: list[str], remove: list[str], code: str, reason: str) -> None:
    with pytest.raises(AwsError) as caught:
        changed_aliases(2, ["old"], {"live"}, add, remove)
    assert caught.value.aws_code == code
    assert reason in str(caught.value)


@pytest.mark.documented(API)
def test_version_can_have_ten_aliases_after_others_were_removed() -> None:
    ten = [f"a{n}" for n in range(10)]
    assert changed_aliases(1, ten, (), ["b"], ["a0"]) == [*ten[1:], "b"]
