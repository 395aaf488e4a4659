"""Every field of the configuration: what it takes, and the sentence for what it does not."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import pytest

from infra import config
from infra.reading import MAX_TAGS, ConfigurationError

LEAST = {"project": "abalone"}
CONNECTION = {
    "type": "connection",
    "connection_arn": "arn:aws:codeconnections:eu-west-1:123456789012:connection/"
    "0a1b2c3d-0000-4000-8000-0123456789ab",
    "repository": "owner/name",
}
# What a value needs beside it, to be one that is meant.
BESIDE: dict[str, dict[str, Any]] = {
    "source.connection_arn": {"source": CONNECTION},
    "source.repository": {"source": CONNECTION},
    "jobs.subnet_ids": {"jobs": {"security_group_ids": ["sg-0a1b2c3d"]}},
    "jobs.security_group_ids": {"jobs": {"subnet_ids": ["subnet-0a1b2c3d"]}},
}


def at(path: str, value: Any) -> dict[str, Any]:
    """The least configuration with one value at a path."""
    *parents, name = path.split(".")
    given: dict[str, Any] = LEAST | copy.deepcopy(BESIDE.get(path, {}))
    place = given
    for parent in parents:
        place = place.setdefault(parent, {})
    place[name] = value
    return given


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


STAGE_FIELDS = [
    (f"stages.{stage}.{name}", good, bad)
    for stage in ("staging", "prod")
    for name, good, bad in [
        (
            "instance_type",
            ["ml.m5.large", "ml.g6e.12xlarge"],
            ["m5.large", "ml.m5", "ML.M5.LARGE", 5],
        ),
        ("initial_instance_count", [1, 100], [0, 101, 1.5, "1", True, None]),
        ("data_capture_percentage", [0, 100], [-1, 101, 0.5, False]),
        ("alarms.error_rate_5xx", [0, 0.5, 1], [-0.1, 1.1, "0.1", True]),
        ("alarms.error_rate_4xx", [0, 0.5, 1], [-0.1, 1.1, "0.1", True]),
        ("alarms.model_latency_p90_ms", [1, 60_000], [0, 60_001, float("nan")]),
    ]
]
FIELDS: list[tuple[str, list[Any], list[Any]]] = [
    (
        "project",
        ["ab", "a" * 32, "fraud-score-2"],
        ["a", "a" * 33, "Abalone", "1a", "-a", "a-", "a--b", "a_b", "ab\n", "", 7, None],
    ),
    ("source.type", ["codecommit"], ["github", None]),
    (
        "source.branch",
        ["main", "release/next", "v1.2"],
        ["", "/main", "main/", "a//b", "a..b", "a.lock", "-x", "a b", "a" * 101, "a*"],
    ),
    (
        "source.connection_arn",
        [
            CONNECTION["connection_arn"],
            CONNECTION["connection_arn"].replace("codeconnections", "codestar-connections"),
            CONNECTION["connection_arn"].replace("arn:aws:", "arn:aws-us-gov:"),
        ],
        [
            None,
            "",
            "github",
            CONNECTION["connection_arn"].replace("connection/", "host/"),
            CONNECTION["connection_arn"].replace("codeconnections", "codecommit"),
            CONNECTION["connection_arn"][:-1],
        ],
    ),
    (
        "source.repository",
        ["owner/name", "group/sub-group/name", "o/n.github.io"],
        [None, "", "name", "owner/", "/name", "owner//name", "owner/..", "https://x/y", "a b/c", 7],
    ),
    ("input_data_key", [None, "data/x.csv"], ["", "/x", "x/", "a b", "k" * 513, 1]),
    ("metric_threshold", [0, 6.5, 1_000_000_000], [-1, 1_000_000_001, "6", True, float("inf")]),
    ("checks.engine", ["native", "open"], ["Native", "closed", None]),
    ("checks.model_quality_tolerance", [0, 0.1, 10], [-0.1, 10.1, "0.1", True, None]),
    ("checks.bias_tolerance", [0, 0.05, 1], [-0.1, 1.1, "0.1", False, None]),
    ("checks.retrain_baselines", ["carry", "refresh"], ["keep", True, None]),
    ("checks.drift_response", ["carry", "refresh"], ["skip", None]),
    ("checks.gate_training", [True, False], [0, 1, "true", None]),
    ("checks.live_model_tolerance", ["off", 0, 0.05, 10], [-0.1, 11, "on", False, None]),
    (
        "jobs.subnet_ids",
        [["subnet-0a1b2c3d"], [f"subnet-{n:017x}" for n in range(16)]],
        [
            None,
            "subnet-0a1b2c3d",
            ["sg-0a1b2c3d"],
            ["subnet-0a1b2c3d"] * 2,
            [f"subnet-{n:017x}" for n in range(17)],
            [7],
        ],
    ),
    (
        "jobs.security_group_ids",
        [["sg-0a1b2c3d"], [f"sg-{n:017x}" for n in range(5)]],
        [None, {}, ["subnet-0a1b2c3d"], ["sg-x"], [f"sg-{n:017x}" for n in range(6)]],
    ),
    ("batch_scoring.enabled", [True, False], [None, 1, "true"]),
    (
        "batch_scoring.schedule",
        [None, "cron(0 6 ? * MON-FRI *)", "rate(1 day)", "rate(12 hours)"],
        ["", "0 6 * * *", "cron(0 6 * * *)", "rate(0 days)", "rate(1 week)", "at(2026-01-01)", 1],
    ),
    ("batch_scoring.input_data_key", [None, "to-score", "a/b.csv"], ["", "/x", "x/", 1]),
    ("notification_email", [None, "a@example.com"], ["", "a@b", "a b@example.com", "a@@b.c"]),
    ("log_retention_days", [1, 3653], [0, 2, "90", 90.0, True]),
    (
        "permissions_boundary",
        [None, "arn:aws:iam::123456789012:policy/path/b", "arn:aws-us-gov:iam::aws:policy/b"],
        ["b", "arn:aws:iam::123:policy/b", "arn:aws:iam::123456789012:role/b"],
    ),
    (
        "tags",
        [{}, {"cost-center": "42"}, {"Größe": ""}],
        [
            [],
            {"a": 1},
            {"": "x"},
            {"aws:x": "y"},
            {"project": "other"},
            {"k": "#{Source.CommitId}"},
            {"k" * 129: "x"},
            {"k": "v" * 257},
            {f"k{n}": "" for n in range(21)},
            {f"k{n}": "v" * 250 for n in range(2)},
        ],
    ),
    *STAGE_FIELDS,
]


def test_every_field_is_listed_here() -> None:
    def paths(kind: Any, prefix: str = "") -> list[str]:
        found = []
        for entry in dataclasses.fields(kind):
            default = entry.default_factory
            nested = default if dataclasses.is_dataclass(default) else None
            path = f"{prefix}{entry.name}"
            found += paths(nested, f"{path}.") if nested else [path]
        return found

    assert sorted(paths(config.Config)) == sorted(path for path, _, _ in FIELDS)


@pytest.mark.parametrize(
    ("path", "value"), [(path, value) for path, good, _ in FIELDS for value in good]
)
def test_allowed_value(path: str, value: Any) -> None:
    assert value_at(config.load(at(path, value)), path) == value


@pytest.mark.parametrize("name", ["connection_arn", "repository"])
def test_a_connection_and_codecommit_have_fields_of_their_own(name: str) -> None:
    missing = {key: value for key, value in CONNECTION.items() if key != name}
    with pytest.raises(ConfigurationError) as refused:
        config.load(LEAST | {"source": missing})
    assert str(refused.value).startswith(f"slipway.source.{name} is null; it must be ")
    assert str(refused.value).endswith(' where type is "connection"')
    with pytest.raises(ConfigurationError) as refused:
        config.load(LEAST | {"source": {name: CONNECTION[name]}})
    assert str(refused.value) == (
        f'slipway.source.{name} is "{CONNECTION[name]}"; it must be null where type is "codecommit"'
    )
    assert config.load(LEAST | {"source": CONNECTION}).source.repository == "owner/name"


def test_subnets_and_security_groups_come_together() -> None:
    with pytest.raises(ConfigurationError) as refused:
        config.load(LEAST | {"jobs": {"subnet_ids": ["subnet-0a1b2c3d"]}})
    assert str(refused.value) == (
        "slipway.jobs.security_group_ids is []; it must be 1 or more where there are subnet_ids"
    )
    with pytest.raises(
        ConfigurationError, match=r"slipway\.jobs\.subnet_ids is \[\]; it must be 1"
    ):
        config.load(LEAST | {"jobs": {"security_group_ids": ["sg-0a1b2c3d"]}})
    assert config.load(LEAST | {"jobs": {"subnet_ids": []}}).jobs.subnet_ids == []


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
