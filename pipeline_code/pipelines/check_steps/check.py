"""What a check is to the pipeline that has it, whatever engine makes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from sagemaker.core.workflow.entities import PipelineVariable
from sagemaker.core.workflow.parameters import Parameter, ParameterBoolean, ParameterString
from sagemaker.mlops.workflow.steps import Step

from pipelines.checks.settings import CheckSettings
from pipelines.jobs import JobSettings

Uri: TypeAlias = str | PipelineVariable


@dataclass(frozen=True)
class CheckParameters:
    """The run-time parameters of one check.

    What the two flags do: https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-quality-clarify-baseline-lifecycle.html
    A supplied baseline wins over that of the latest approved version; an empty text is none. What a
    pipeline does not leave open is no parameter in it, but a value, or what an earlier step found.
    """

    skip: ParameterBoolean
    register: ParameterBoolean | bool
    supplied_constraints: Uri
    supplied_statistics: Uri | None = None

    @property
    def register_text(self) -> Uri:
        """Whether to register, as an argument of a job or a function."""
        return str(self.register) if isinstance(self.register, bool) else self.register.to_string()

    def as_list(self) -> list[ParameterBoolean | ParameterString]:
        """The parameters that there are."""
        return [each for each in vars(self).values() if isinstance(each, Parameter)]


def check_parameters(name: str, *, statistics: bool, supplied: str = "Supplied") -> CheckParameters:
    """The parameters of the check `DataQuality`, `ModelBias`, …, named as in AWS's examples."""
    return CheckParameters(
        skip=ParameterBoolean(f"Skip{name}Check", default_value=False),
        register=ParameterBoolean(f"RegisterNew{name}Baseline", default_value=False),
        supplied_constraints=ParameterString(f"{name}{supplied}Constraints", default_value=""),
        supplied_statistics=(
            ParameterString(f"{name}{supplied}Statistics", default_value="") if statistics else None
        ),
    )


@dataclass(frozen=True)
class Check:
    """A check in the pipeline: its step, and where its baselines will be.

    `calculated_*` is what this run computed, `baseline_*` what its version registers for the drift
    checks of later runs. Quality checks alone have statistics. `steps` holds whatever steps there
    are besides, in their order.
    """

    step: Step
    calculated_constraints: Uri
    baseline_constraints: Uri
    calculated_statistics: Uri | None = None
    baseline_statistics: Uri | None = None
    more_steps: tuple[Step, ...] = ()

    @property
    def steps(self) -> list[Step]:
        """Everything of it that the pipeline runs."""
        return [self.step, *self.more_steps]


@dataclass(frozen=True)
class CheckInputs:
    """Where a check's data is, and for the checks of a model, the model.

    `model_name` is the SageMaker model (native), `model_data` its `model.tar.gz` (open).
    """

    data: Uri
    model_name: PipelineVariable | None = None
    model_data: PipelineVariable | None = None
    depends_on: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Engine:
    """What both engines need of the pipeline that they are in.

    A suggested baseline is the very values that were measured, so that any slightly worse model,
    and any slightly other data, would violate it. The tolerances give a new one room before it is
    registered: `model_quality_tolerance` is a share of each threshold, `bias_tolerance` a distance
    in each metric's own unit. `relax_function_arn` is the function that gives it for the native
    engine. `fail_on_violation` is whether a violation fails its step; where it does
    not, the violations are in the step's report, for a later step to read.
    """

    jobs: JobSettings
    group: str
    settings: CheckSettings
    model_quality_tolerance: float = 0.0
    bias_tolerance: float = 0.0
    relax_function_arn: str | None = None
    fail_on_violation: bool = True

    def tolerance(self, kind: str) -> float:
        """The tolerance of a check's new baselines; 0 for a check that knows none."""
        if kind == "model_quality":
            return self.model_quality_tolerance
        return self.bias_tolerance if kind in ("data_bias", "model_bias") else 0.0


class CheckEngine(Protocol):
    """One way of making the checks."""

    def check(
        self, name: str, kind: str, parameters: CheckParameters, inputs: CheckInputs
    ) -> Check:
        """The check as a step called `name`; `kind` is one of `pipelines.checks.settings.CHECKS`."""
        ...


def analysis_configuration(settings: CheckSettings, kind: str) -> Mapping[str, Any]:
    """Clarify's analysis configuration of one of its three checks."""
    configuration: Mapping[str, Any] = getattr(settings, kind)
    return configuration
