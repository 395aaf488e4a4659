"""The rows are what they say that they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from infra import config

from .configurations import CONFIGURATIONS, FULL

# Of another kind of source or of endpoint, or in an account of its own: rows apart.
APART = ("source.type", "source.connection_arn", "source.repository", "batch_scoring.enabled")


def values(given: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Each field that has a value of its own, with its path."""
    for entry in fields(given):
        value = getattr(given, entry.name)
        if is_dataclass(value):
            yield from values(value, f"{prefix}{entry.name}.")
        else:
            yield f"{prefix}{entry.name}", value


def test_full_gives_every_field_another_value_than_its_default() -> None:
    defaults = dict(values(config.load(CONFIGURATIONS["default"])))
    alike = [path for path, value in values(config.load(FULL)) if value == defaults[path]]
    serverless = [path for path in defaults if ".serverless." in path]
    assert set(alike) == {"project", *APART, *serverless}


def test_the_other_rows_give_what_full_does_not() -> None:
    defaults = dict(values(config.load(CONFIGURATIONS["default"])))
    changed = {
        path
        for slipway in CONFIGURATIONS.values()
        for path, value in values(config.load(slipway))
        if value != defaults[path]
    }
    missing = set(defaults) - changed
    assert missing == {
        "project",
        "stages.staging.serverless.max_concurrency",
        "stages.staging.serverless.provisioned_concurrency",
    }
