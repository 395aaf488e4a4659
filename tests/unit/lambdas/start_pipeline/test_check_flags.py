"""The skip/register pair of each check, row by row of the rules, and what a person is told of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.lambdas.assets import asset

flags = asset("start_pipeline").module("check_flags")
jobs = asset("start_pipeline").module("slipway_shared.codepipeline_job")

NAMES = ("DataQuality", "DataBias", "ModelQuality", "ModelBias", "ModelExplainability")
QUALITY = ("DataQuality", "ModelQuality")
# DriftCheckBaselines of a version that the pipeline registered (botocore's model has the members).
FILE = {"ContentType": "application/json", "S3Uri": "s3://bucket/x.json"}
BASELINES = {
    "ModelDataQuality": {"Statistics": FILE, "Constraints": FILE},
    "Bias": {"PreTrainingConstraints": FILE, "PostTrainingConstraints": FILE},
    "ModelQuality": {"Statistics": FILE, "Constraints": FILE},
    "Explainability": {"Constraints": FILE},
}
DECLARED: dict[str, str | None] = {
    "InputDataUrl": "s3://bucket/data.csv",
    **{name: "False" for check in flags.CHECKS for name in (check.skip, check.register)},
    **{name: "" for check in flags.CHECKS for name in check.supplied},
}


def situation(**changes: Any) -> Any:
    members = {
        "declared": DECLARED,
        "given": {},
        "group": "Group",
        "approved": flags.Approved("7", BASELINES),
        "policy": flags.Policy(),
        "violations": frozenset(),
    }
    return flags.Situation(**{**members, **changes})


def pairs(**changes: Any) -> dict[str, tuple[bool, ...]]:
    """Each check's skip and register, as they are passed on."""
    return {
        choice.check: tuple(choice.parameters.values())
        for choice in flags.choose(situation(**changes))
    }


def only(check: str, **changes: Any) -> Any:
    (choice,) = (each for each in flags.choose(situation(**changes)) if each.check == check)
    return choice


def test_the_checks_and_their_parameters_are_those_of_the_pipeline() -> None:
    assert tuple(check.name for check in flags.CHECKS) == NAMES
    assert [name for check in flags.CHECKS for name in (check.skip, check.register)] == [
        *("SkipDataQualityCheck", "RegisterNewDataQualityBaseline"),
        *("SkipDataBiasCheck", "RegisterNewDataBiasBaseline"),
        *("SkipModelQualityCheck", "RegisterNewModelQualityBaseline"),
        *("SkipModelBiasCheck", "RegisterNewModelBiasBaseline"),
        *("SkipModelExplainabilityCheck", "RegisterNewModelExplainabilityBaseline"),
    ]
    assert [name for check in flags.CHECKS for name in check.supplied] == [
        *("DataQualitySuppliedStatistics", "DataQualitySuppliedConstraints"),
        "DataBiasSuppliedBaselineConstraints",
        *("ModelQualitySuppliedStatistics", "ModelQualitySuppliedConstraints"),
        "ModelBiasSuppliedBaselineConstraints",
        "ModelExplainabilitySuppliedBaselineConstraints",
    ]


@pytest.mark.parametrize("policy", [flags.Policy(), flags.Policy("refresh", "carry")])
@pytest.mark.parametrize("violations", [frozenset(), frozenset(NAMES)])
def test_without_an_approved_version_all_is_new(policy: Any, violations: frozenset[str]) -> None:
    chosen = pairs(approved=None, policy=policy, violations=violations)
    assert chosen == dict.fromkeys(NAMES, (True, True))
    assert only("DataBias", approved=None).reason == "no version of Group is approved"


@pytest.mark.parametrize(
    ("missing", "checks"),
    [
        (("ModelDataQuality", "Constraints"), {"DataQuality"}),
        (("ModelDataQuality", "Statistics"), {"DataQuality"}),
        (("Bias", "PreTrainingConstraints"), {"DataBias"}),
        (("ModelQuality", "Constraints"), {"ModelQuality"}),
        (("ModelQuality", "Statistics"), {"ModelQuality"}),
        (("Bias", "PostTrainingConstraints"), {"ModelBias"}),
        (("Explainability", "Constraints"), {"ModelExplainability"}),
    ],
)
def test_a_version_without_a_checks_baseline_gets_a_new_one(
    missing: tuple[str, str], checks: set[str]
) -> None:
    member, file = missing
    left = {name: entry for name, entry in BASELINES[member].items() if name != file}
    approved = flags.Approved("7", {**BASELINES, member: left})
    chosen = pairs(approved=approved)
    assert {name for name, pair in chosen.items() if pair == (True, True)} == checks
    assert {pair for name, pair in chosen.items() if name not in checks} == {(False, False)}
    (check,) = checks
    assert only(check, approved=approved).reason == (
        "version 7 of Group, the latest approved one, has no baseline of this check"
    )


@pytest.mark.parametrize("baselines", [{}, {"Bias": None}, {"Bias": {"ConfigFile": FILE}}])
def test_a_version_that_was_registered_by_hand_has_no_baselines(baselines: Any) -> None:
    assert pairs(approved=flags.Approved("1", baselines)) == dict.fromkeys(NAMES, (True, True))


def test_a_retraining_compares_and_carries_over_or_refreshes() -> None:
    assert pairs() == dict.fromkeys(NAMES, (False, False))
    refresh = flags.Policy(retrain_baselines="refresh")
    assert pairs(policy=refresh) == dict.fromkeys(NAMES, (False, True))
    assert only("DataQuality", policy=refresh).reason == (
        "version 7 of Group, the latest approved one, has a baseline, and retrainBaselines is refresh"
    )


@pytest.mark.parametrize(
    ("response", "pair"), [("refresh", (True, True)), ("carry", (True, False))]
)
@pytest.mark.parametrize("check", NAMES)
def test_a_drift_violation_gets_the_response_and_only_in_its_kind(
    check: str, response: str, pair: tuple[bool, bool]
) -> None:
    policy = flags.Policy(drift_response=response)
    chosen = pairs(violations=frozenset([check]), policy=policy)
    assert chosen == {**dict.fromkeys(NAMES, (False, False)), check: pair}
    choice = only(check, violations=frozenset([check]), policy=policy)
    assert choice.reason == f"a monitor found a drift violation, and driftResponse is {response}"


@pytest.mark.parametrize("approved", [None, flags.Approved("7", BASELINES)])
@pytest.mark.parametrize("violations", [frozenset(), frozenset(NAMES)])
@pytest.mark.parametrize("retrain", ["carry", "refresh"])
@pytest.mark.parametrize("check", flags.CHECKS, ids=lambda check: check.name)
def test_a_supplied_baseline_is_compared_with_whatever_else_there_is(
    check: Any, retrain: str, violations: frozenset[str], approved: Any
) -> None:
    given = dict.fromkeys(check.supplied, "s3://bucket/mine.json")
    choice = only(
        check.name,
        given=given,
        approved=approved,
        violations=violations,
        policy=flags.Policy(retrain_baselines=retrain),
    )
    assert choice.parameters == {check.skip: False, check.register: retrain == "refresh"}
    assert choice.reason == f"a baseline was supplied, and retrainBaselines is {retrain}"


def test_a_baseline_may_be_supplied_by_the_definition_and_taken_back_by_a_person() -> None:
    name = "DataBiasSuppliedBaselineConstraints"
    declared = {**DECLARED, name: "s3://bucket/mine.json"}
    assert (
        only("DataBias", declared=declared, approved=None).parameters["SkipDataBiasCheck"] is False
    )
    taken_back = only("DataBias", declared=declared, approved=None, given={name: ""})
    assert taken_back.parameters["SkipDataBiasCheck"] is True


@pytest.mark.parametrize("check", QUALITY)
def test_half_a_supplied_baseline_is_refused(check: str) -> None:
    with pytest.raises(jobs.ConfigurationError) as refused:
        flags.choose(situation(given={f"{check}SuppliedStatistics": "s3://bucket/s.json"}))
    assert str(refused.value) == (
        f"parameter {check}SuppliedStatistics is given without {check}SuppliedConstraints; a"
        " baseline of this check is both files: supply both, or none"
    )


@pytest.mark.parametrize("text", ["True", "true", "False"])
def test_a_flag_that_a_person_gave_is_not_chosen(text: str) -> None:
    choice = only("DataQuality", given={"SkipDataQualityCheck": text})
    assert choice.parameters == {"RegisterNewDataQualityBaseline": False}
    assert choice.flags["SkipDataQualityCheck"] is (text.lower() == "true")
    assert choice.reason.startswith("a person gave SkipDataQualityCheck, and version 7 of Group")
    both = {"SkipDataQualityCheck": text, "RegisterNewDataQualityBaseline": "true"}
    choice = only("DataQuality", given=both)
    assert choice.parameters == {}
    assert choice.reason == "a person gave both"


def test_what_is_passed_on_is_what_the_pipeline_declares() -> None:
    assert flags.choose(situation(declared={"InputDataUrl": "s3://b/k"})) == []
    (choice,) = flags.choose(situation(declared={"SkipModelBiasCheck": "False"}))
    assert choice.parameters == {"SkipModelBiasCheck": False}


def test_a_person_reads_a_line_for_each_check() -> None:
    text = flags.describe(flags.choose(situation(approved=None)))
    lines = text.split(" | ")
    assert len(lines) == 5
    assert lines[0] == (
        "DataQuality: skip=True register=True (no comparison,"
        " the new baseline is registered), because no version of Group is approved"
    )
    assert flags.describe([]) == ""


@given(
    group=st.from_regex(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", fullmatch=True),
    approved=st.sampled_from(
        [None, flags.Approved("123456789", {}), flags.Approved("7", BASELINES)]
    ),
    theirs=st.dictionaries(st.sampled_from(sorted(DECLARED)), st.sampled_from(["True", "False"])),
)
def test_the_description_is_one_that_sagemaker_takes(
    group: str, approved: Any, theirs: dict[str, str]
) -> None:
    """PipelineExecutionDescription in botocore's model: 3072 characters, `.*`, so no line break."""
    theirs = {name: value for name, value in theirs.items() if "Supplied" not in name}
    text = flags.describe(flags.choose(situation(group=group, approved=approved, given=theirs)))
    assert 0 < len(text) <= 3072
    assert "\n" not in text
    # Nothing is cut, for the longest names too.
    assert "…" not in text
