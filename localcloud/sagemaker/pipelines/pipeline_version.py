"""One version of a pipeline: its definition, and the names that it was given.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdatePipelineVersion.html and
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AliasOperations.html: an alias is unique within
the pipeline, does not consist of digits only, and a version has ten at most.
Assumed: the words of the refusals, and the error code for an alias that another version has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from localcloud.errors import AwsError, ValidationException
from localcloud.sagemaker.pipelines.definition import Definition

_MOST_ALIASES = 10


@dataclass
class PipelineVersion:
    """One definition that the pipeline has had."""

    number: int
    text: str
    definition: Definition
    created: datetime
    aliases: list[str] = field(default_factory=list)
    display_name: str | None = None
    description: str | None = None


def changed_aliases(
    version: int,
    present: Sequence[str],
    of_others: Collection[str],
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
) -> list[str]:
    """A version's aliases after some were added and removed; refuses what AWS's page excludes."""
    added, removed = list(dict.fromkeys(add)), list(dict.fromkeys(remove))
    for alias in added:
        if alias in removed:
            raise ValidationException(f"Alias '{alias}' can't appear in both Add and Remove.")
        if alias.isdigit():
            raise ValidationException(f"Alias '{alias}' can't consist of numbers only.")
        if alias in of_others:
            raise AwsError(
                "ConflictException",
                f"Alias '{alias}' is assigned to another version of the pipeline: remove it there "
                "first.",
            )
    for alias in removed:
        if alias not in present:
            raise ValidationException(f"Pipeline version {version} does not have alias '{alias}'.")
    kept = [alias for alias in present if alias not in removed]
    after = kept + [alias for alias in added if alias not in kept]
    if len(after) > _MOST_ALIASES:
        raise ValidationException(
            f"Pipeline version {version} can't have more than {_MOST_ALIASES} aliases."
        )
    return after
