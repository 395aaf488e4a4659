"""Every field of the configuration: what it takes, and the sentence for what it does not."""

from __future__ import annotations

import dataclasses
from typing import Any, get_type_hints

import pytest

from infra import config
from infra.reading import MAX_TAGS, ConfigurationError
from tests.unit.infra.config_fields import FIELDS, LEAST, at


def value_at(loaded: Any, path: str) -> Any:
    for name in path.split("."):
        loaded = getattr(loaded, name)
    return loaded


def test_the_least_configuration() -> None:
    loaded = config.load(LEAST)
    assert loaded == config.Config(project="abalone")
    assert loaded.data_key == "data/abalone.csv"
    assert loaded.stages.prod.instance_type == "ml.m5.large"


def test_configuration_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.load(LEAST).project = "other"  # type: ignore[misc]


def test_every_field_is_listed_here() -> None:
    def paths(kind: Any, prefix: str = "") -> list[str]:
        found = []
        kinds = get_type_hints(kind)
        for entry in dataclasses.fields(kind):
            path, nested = f"{prefix}{entry.name}", kinds[entry.name]
            found += paths(nested, f"{path}.") if dataclasses.is_dataclass(nested) else [path]
        return found

    assert sorted(paths(config.Config)) == sorted(path for path, _, _ in FIELDS)


@pytest.mark.parametrize(
    ("path", "value"), [(path, value) for path, good, _ in FIELDS for value in good]
)
def test_allowed_value(path: str, value: Any) -> None:
    assert value_at(config.load(at(path, value)), path) == value


@pytest.mark.parametrize(
    ("path", "value"), [(path, value) for path, _, bad in FIELDS for value in bad]
)
def test_refused_value(path: str, value: Any) -> None:
    with pytest.raises(ConfigurationError) as refused:
        config.load(at(path, value))
    sentence = str(refused.value)
    assert sentence.startswith(f"slipway.{path} is ")
    assert "; it must be " in sentence
    assert "\n" not in sentence


def test_the_sentence_gives_path_value_and_what_is_allowed() -> None:
    with pytest.raises(ConfigurationError) as refused:
        config.load(at("stages.prod.alarms.error_rate_5xx", 5))
    assert str(refused.value) == (
        "slipway.stages.prod.alarms.error_rate_5xx is 5; it must be a number from 0 to 1"
    )


def test_values_are_shown_as_cdk_json_writes_them() -> None:
    with pytest.raises(ConfigurationError, match=r"is true; it must be a whole number"):
        config.load(at("stages.prod.initial_instance_count", True))
    with pytest.raises(ConfigurationError, match=r'is "(x{119})…; it must be'):
        config.load(at("project", "x" * 500))


@pytest.mark.parametrize(
    ("path", "guess"),
    [("projet", "project"), ("stages.prodd", "prod"), ("stages.prod.alarms.latency", None)],
)
def test_unknown_key(path: str, guess: str | None) -> None:
    with pytest.raises(ConfigurationError) as refused:
        config.load(at(path, 1))
    sentence = str(refused.value)
    assert sentence.startswith(f"slipway.{path} is not a setting")
    assert "; known: " in sentence
    assert guess is None or f"(did you mean {guess}?)" in sentence


@pytest.mark.parametrize("path", ["source", "stages", "stages.prod", "stages.prod.alarms"])
@pytest.mark.parametrize("value", ["text", 1, [], None])
def test_what_must_be_an_object(path: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match="it must be an object with keys"):
        config.load(at(path, value))


def test_the_whole_must_be_an_object() -> None:
    with pytest.raises(ConfigurationError, match=r"^slipway is \[\]; it must be"):
        config.load([])  # type: ignore[arg-type]


def test_missing_project_and_missing_context() -> None:
    with pytest.raises(ConfigurationError, match=r"slipway\.project is missing"):
        config.load({})
    with pytest.raises(ConfigurationError, match='the context key "slipway" is missing'):
        config.load(None)


def test_tags_may_be_as_long_as_is_said() -> None:
    longest = {"a": "x" * 200, "b": "x" * (MAX_TAGS - 200 - len('{"a":"","b":""}'))}
    assert config.load(at("tags", longest)).tags == longest
    with pytest.raises(ConfigurationError, match=f"at most {MAX_TAGS} characters"):
        config.load(at("tags", {**longest, "b": longest["b"] + "x"}))


def test_context_of_the_command_line_is_json() -> None:
    assert (
        config.load('{"project": "abalone", "checks": {"engine": "open"}}').checks.engine == "open"
    )
    with pytest.raises(ConfigurationError, match=r'slipway is "\{project", which is not JSON: '):
        config.load("{project")
