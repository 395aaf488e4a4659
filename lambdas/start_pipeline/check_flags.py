"""Which skip/register pair each check of an execution runs with, and why. Pure.

What the two flags do: https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-quality-clarify-baseline-lifecycle.html

    skip / register   drift check             the baseline that the version registers
    T / T             no                      the new one
    F / F             against the previous    the previous one
    F / T             against the previous    the new one
    T / F             no                      the previous one

The previous baseline is the supplied one, else that of the latest approved version. The first of these
that holds chooses the pair:

    a person supplied a baseline for the check     F, and whether to register as `retrain_baselines` says
    there is no previous baseline                  T/T: nothing to compare with, nothing to carry over
    a monitor found a drift violation of its kind  `drift_response`: refresh is T/T, carry is T/F
    otherwise                                      F, and whether to register as `retrain_baselines` says

A flag that a person gave stays as it was given; the other one of its pair is chosen as if none were.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slipway_shared.codepipeline_job import ConfigurationError, shorten

if TYPE_CHECKING:
    from datetime import datetime

STATISTICS = "Statistics"
CONSTRAINTS = "Constraints"
CARRY = "carry"
REFRESH = "refresh"
# PipelineExecutionDescription in botocore's model. Its pattern is `.*`, which has no line breaks.
MAX_DESCRIPTION = 3072
SEPARATOR = " | "
MEANING = {
    (True, True): "no comparison, the new baseline is registered",
    (False, False): "compared with the previous baseline, which is carried over",
    (False, True): "compared with the previous baseline, the new one is registered",
    (True, False): "no comparison, the previous baseline is carried over",
}


@dataclass(frozen=True)
class Check:
    """A check: its parameters' names, and where DriftCheckBaselines of a version has its baseline
    (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DriftCheckBaselines.html)."""

    name: str
    member: str
    constraints: str = CONSTRAINTS
    has_statistics: bool = False

    @property
    def skip(self) -> str:
        return f"Skip{self.name}Check"

    @property
    def register(self) -> str:
        return f"RegisterNew{self.name}Baseline"

    @property
    def supplied(self) -> tuple[str, ...]:
        """The parameters by which a person supplies a baseline."""
        if self.has_statistics:
            return f"{self.name}SuppliedStatistics", f"{self.name}SuppliedConstraints"
        return (f"{self.name}SuppliedBaselineConstraints",)

    def supplied_in(self, values: Mapping[str, str | None]) -> dict[str, str]:
        """The addresses of the supplied files as STATISTICS and CONSTRAINTS, by the parameters'
        values; an empty text is none."""
        files = (STATISTICS, CONSTRAINTS) if self.has_statistics else (CONSTRAINTS,)
        uris = {file: values.get(name) for file, name in zip(files, self.supplied, strict=True)}
        return {file: uri for file, uri in uris.items() if uri}

    def files_in(self, baselines: Mapping[str, Any]) -> dict[str, str]:
        """The addresses of this check's files as STATISTICS and CONSTRAINTS, by a version's
        DriftCheckBaselines; empty unless it has all of them."""
        members = {CONSTRAINTS: self.constraints}
        if self.has_statistics:
            members[STATISTICS] = STATISTICS
        registered = baselines.get(self.member) or {}
        uris: dict[str, str] = {
            file: (registered.get(member) or {}).get("S3Uri", "")
            for file, member in members.items()
        }
        return uris if all(uris.values()) else {}


CHECKS = (
    Check("DataQuality", "ModelDataQuality", has_statistics=True),
    Check("DataBias", "Bias", "PreTrainingConstraints"),
    Check("ModelQuality", "ModelQuality", has_statistics=True),
    Check("ModelBias", "Bias", "PostTrainingConstraints"),
    Check("ModelExplainability", "Explainability"),
)


@dataclass(frozen=True)
class Policy:
    """What to do where there is a choice: `carry` or `refresh`."""

    retrain_baselines: str = CARRY
    drift_response: str = REFRESH


@dataclass(frozen=True)
class Approved:
    """The latest approved version of the group, and its DriftCheckBaselines."""

    version: str
    baselines: Mapping[str, Any]
    modified: datetime | None = None
    """When it was last changed, at the latest by its approval."""


@dataclass(frozen=True)
class Situation:
    """What the choices depend on."""

    declared: Mapping[str, str | None]
    """The pipeline's parameters with their defaults; a flag that is not among them is not chosen."""
    given: Mapping[str, str]
    """The parameters that a person gave."""
    group: str
    approved: Approved | None
    policy: Policy
    violations: Collection[str]
    """The names of the checks in whose kind a monitor found a drift violation."""


@dataclass(frozen=True)
class Choice:
    """What one check runs with."""

    check: str
    flags: Mapping[str, bool]
    """Of the parameters that the pipeline has, by name; what a person gave included."""
    parameters: Mapping[str, bool]
    """Those of them that are chosen here."""
    meaning: str
    reason: str

    @property
    def line(self) -> str:
        """What a person reads."""
        flags = " ".join(
            f"{'skip' if name.startswith('Skip') else 'register'}={value}"
            for name, value in self.flags.items()
        )
        return f"{self.check}: {flags} ({self.meaning}), because {self.reason}"


def choose(situation: Situation) -> list[Choice]:
    """The choice for each check that the pipeline has flags of. Raises ConfigurationError for half a
    supplied baseline."""
    return [
        _choice(check, situation)
        for check in CHECKS
        if check.skip in situation.declared or check.register in situation.declared
    ]


def describe(choices: Collection[Choice]) -> str:
    """The choices as an execution's description; empty when there is none."""
    text = SEPARATOR.join(choice.line for choice in choices)
    return shorten(text, MAX_DESCRIPTION) if text else ""


def _choice(check: Check, situation: Situation) -> Choice:
    skip, register, reason = _pair(check, situation)
    chosen = {check.skip: skip, check.register: register}
    theirs = {
        name: situation.given[name].lower() == "true" for name in chosen if name in situation.given
    }
    both = {**chosen, **theirs}
    flags = {name: value for name, value in both.items() if name in situation.declared}
    if len(theirs) == len(both):
        reason = "a person gave both"
    elif theirs:
        reason = f"a person gave {', '.join(theirs)}, and {reason}"
    return Choice(
        check=check.name,
        flags=flags,
        parameters={name: value for name, value in flags.items() if name not in theirs},
        meaning=MEANING[both[check.skip], both[check.register]],
        reason=reason,
    )


def _pair(check: Check, situation: Situation) -> tuple[bool, bool, str]:
    """Skip, register, and why: the table at the head of this file."""
    policy, approved = situation.policy, situation.approved
    register = policy.retrain_baselines == REFRESH
    usual = f"retrainBaselines is {policy.retrain_baselines}"
    if _is_supplied(check, situation):
        return False, register, f"a baseline was supplied, and {usual}"
    if approved is None:
        return True, True, f"no version of {situation.group} is approved"
    latest = f"version {approved.version} of {situation.group}, the latest approved one, has"
    if not check.files_in(approved.baselines):
        return True, True, f"{latest} no baseline of this check"
    if check.name in situation.violations:
        response = policy.drift_response
        why = f"a monitor found a drift violation, and driftResponse is {response}"
        return True, response == REFRESH, why
    return False, register, f"{latest} a baseline, and {usual}"


def _is_supplied(check: Check, situation: Situation) -> bool:
    """Whether the execution has a supplied baseline; an empty text is none."""
    declared, given = situation.declared, situation.given
    values = {name: given.get(name, declared[name]) for name in check.supplied if name in declared}
    there = [name for name, value in values.items() if value]
    missing = [name for name, value in values.items() if not value]
    if there and missing:
        raise ConfigurationError(
            f"parameter {there[0]} is given without {missing[0]}; a baseline of this check is both"
            " files: supply both, or none"
        )
    return bool(there)
