"""New baselines get room before they are registered, by both engines; nothing else waits for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from definitions import all_steps, dependencies, longest_chain, resolve

ARN = "arn:aws:lambda:us-east-1:123456789012:function:relax-baseline"
TOLERANCES = {"model_quality_tolerance": "0.2", "bias_tolerance": "0.1"}
OF_CHECKS = {
    "ModelQualityCheck": ("model_quality", 0.2),
    "DataBiasCheck": ("data_bias", 0.1),
    "ModelBiasCheck": ("model_bias", 0.1),
}


@pytest.fixture(scope="module")
def native(build: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """The definition of the native engine with both tolerances."""
    return build(**TOLERANCES, relax_baseline_function_arn=ARN)


@pytest.mark.parametrize("check", OF_CHECKS)
def test_native_tolerance_is_a_lambda_step_behind_its_check(
    native: dict[str, Any], check: str
) -> None:
    kind, tolerance = OF_CHECKS[check]
    step = all_steps(native)[f"{check}Tolerance"]
    assert (step["Type"], step["FunctionArn"]) == ("Lambda", ARN)
    assert dependencies(step) == {check}
    register = f"Parameters.RegisterNew{check.removesuffix('Check')}Baseline"
    assert step["Arguments"]["registerNewBaseline"] == {
        "Std:Join": {"On": "", "Values": [{"Get": register}]}
    }
    assert step["Arguments"]["constraintsS3Uri"] == {
        "Get": f"Steps.{check}.BaselineUsedForDriftCheckConstraints"
    }
    assert step["Arguments"]["tolerance"] == tolerance
    own = "s3://example-bucket/Abalone/abcdefghij12/checks"
    assert resolve(step["Arguments"]["outputS3Uri"], native) == f"{own}/{kind}/registered"


def test_native_registration_reads_what_the_steps_answer(native: dict[str, Any]) -> None:
    register = all_steps(native)["RegisterAbaloneModel"]["Arguments"]

    def widened(step: str) -> dict[str, Any]:
        uri = {"Get": f"Steps.{step}CheckTolerance.OutputParameters['ConstraintsS3Uri']"}
        return {"ContentType": "application/json", "S3Uri": uri}

    baselines = register["DriftCheckBaselines"]
    assert baselines["ModelQuality"]["Constraints"] == widened("ModelQuality")
    assert baselines["Bias"] == {
        "PreTrainingConstraints": widened("DataBias"),
        "PostTrainingConstraints": widened("ModelBias"),
    }
    # What was measured is registered as measured.
    measured = register["ModelMetrics"]["Bias"]["PreTrainingReport"]["S3Uri"]
    assert measured == {"Get": "Steps.DataBiasCheck.CalculatedBaselineConstraints"}


def test_the_longest_chain_of_jobs_has_no_step_more(native: dict[str, Any]) -> None:
    """A Lambda step is no job: it takes a second."""
    no_jobs = {"Model", "Condition", "Lambda"}
    kinds = {step["Type"] for step in all_steps(native).values()} - no_jobs
    assert len(longest_chain(native, kinds)) == 5
    assert {f"{check}Tolerance" for check in OF_CHECKS} < dependencies(
        all_steps(native)["CheckMSEAbaloneEvaluation"]
    )


@pytest.mark.parametrize(
    ("given", "steps"),
    [
        ({}, set()),
        ({"bias_tolerance": 0.1}, {"DataBiasCheckTolerance", "ModelBiasCheckTolerance"}),
        ({"model_quality_tolerance": 0.1, "bias_tolerance": "0"}, {"ModelQualityCheckTolerance"}),
    ],
)
def test_a_tolerance_of_0_makes_no_step(
    build: Callable[..., dict[str, Any]], given: dict[str, Any], steps: set[str]
) -> None:
    names = all_steps(build(**given, relax_baseline_function_arn=ARN))
    assert {name for name in names if name.endswith("Tolerance")} == steps


def test_open_jobs_get_the_tolerance_of_their_check(build: Callable[..., dict[str, Any]]) -> None:
    # No function is needed: the job widens its own baseline.
    steps = all_steps(build(check_engine="open", **TOLERANCES))
    found = {}
    for name, step in steps.items():
        entrypoint = step["Arguments"].get("AppSpecification", {})
        arguments = entrypoint.get("ContainerArguments", [])
        if "--tolerance" in arguments:
            found[name] = float(arguments[arguments.index("--tolerance") + 1])
    assert found == {check: tolerance for check, (_, tolerance) in OF_CHECKS.items()}
