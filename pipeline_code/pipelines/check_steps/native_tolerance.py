"""The native engine's tolerances: AWS's containers know none, so a function gives new baselines room.

It is a Lambda step, which takes a second, where another job would take minutes
(https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html).
"""

from __future__ import annotations

from dataclasses import replace

from sagemaker.core.lambda_helper import Lambda
from sagemaker.mlops.workflow.lambda_step import LambdaOutput, LambdaOutputTypeEnum, LambdaStep

from pipelines.check_steps.check import Check, CheckParameters, Engine
from pipelines.checks.settings import REGISTERED


def with_tolerance(check: Check, kind: str, parameters: CheckParameters, engine: Engine) -> Check:
    """The check with its step `<check>Tolerance`, if there is a tolerance; else the check itself.

    The function widens a new baseline. One that is carried over stays as it is: widened by each
    training, it would end up allowing anything.
    """
    tolerance = engine.tolerance(kind)
    if tolerance == 0:
        return check
    if engine.relax_function_arn is None:
        name = "model_quality_tolerance" if kind == "model_quality" else "bias_tolerance"
        raise ValueError(
            f"{name} above 0 needs relax_baseline_function_arn with the native check engine (the "
            "output RelaxBaselineFunctionArn of the model-build stack); a tolerance of 0 registers "
            "the baseline as suggested"
        )
    step = LambdaStep(
        name=f"{check.step.name}Tolerance",
        lambda_func=Lambda(function_arn=engine.relax_function_arn, session=engine.jobs.session),
        inputs={
            "constraintsS3Uri": check.baseline_constraints,
            "registerNewBaseline": parameters.register_text,
            "tolerance": tolerance,
            "outputS3Uri": engine.jobs.output_uri("checks", kind, REGISTERED),
        },
        outputs=[LambdaOutput("ConstraintsS3Uri", LambdaOutputTypeEnum.String)],
    )
    return replace(
        check,
        baseline_constraints=step.properties.Outputs["ConstraintsS3Uri"],
        more_steps=(*check.more_steps, step),
    )
