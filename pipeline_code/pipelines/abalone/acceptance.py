"""Whether a trained model is good enough to be registered, and what is said if it is not."""

from __future__ import annotations

from collections.abc import Iterable

from sagemaker.core.workflow.conditions import ConditionLessThanOrEqualTo
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.steps import ProcessingStep, TrainingStep

from pipelines.abalone.parameters import PipelineParameters
from pipelines.abalone.steps import SCRIPTS, output_of
from pipelines.check_steps.check import Check
from pipelines.jobs import JobSettings, job_input, job_output

EVALUATION_REPORT = PropertyFile(
    name="AbaloneEvaluationReport", output_name="evaluation", path="evaluation.json"
)
MSE_PATH = "regression_metrics.mse.value"
# How much worse than the live version's the candidate's MSE is, as a share of the live version's;
# below 0 when it is better, and 0 when there is no live version.
WORSE_PATH = "comparison.mse_worse_by"
COMPARISON_PATH = "comparison.message"


def evaluate_step(
    jobs: JobSettings, preprocess: ProcessingStep, train: TrainingStep, group: str
) -> ProcessingStep:
    """Measure the model on the test split, and the live version on the same one (`evaluate.py`).

    It runs in the XGBoost container: only that one has the very XGBoost release which trained the
    model, and it has NumPy too; the scikit-learn container has no XGBoost. It is not cached: which
    version is live is not among the values that a cache is found by.
    """
    model = train.properties.ModelArtifacts.S3ModelArtifacts
    return ProcessingStep(
        name="EvaluateAbaloneModel",
        step_args=jobs.script_processor("xgboost").run(
            code=jobs.upload_code("evaluate.py", (SCRIPTS / "evaluate.py").read_bytes()),
            inputs=[
                job_input("model", model, "model"),
                job_input("test", output_of(preprocess, "test"), "test"),
            ],
            outputs=[job_output(jobs, "evaluation")],
            arguments=["--model-package-group", group],
        ),
        property_files=[EVALUATION_REPORT],
    )


def _evaluated(evaluate: ProcessingStep, path: str) -> JsonGet:
    return JsonGet(step_name=evaluate.name, property_file=EVALUATION_REPORT, json_path=path)


def fail_step(evaluate: ProcessingStep, parameters: PipelineParameters) -> FailStep:
    """End the execution with what was measured and the bounds, one of which was missed."""
    tolerance = parameters.live_model_tolerance
    allowed = [", the share allowed above it (LiveModelTolerance) is ", tolerance]
    return FailStep(
        name="AbaloneModelNotGoodEnough",
        error_message=Join(
            on="",
            values=[
                "The model was not registered: its MSE on the test data is ",
                _evaluated(evaluate, MSE_PATH),
                ", the threshold (MseThreshold) is ",
                parameters.mse_threshold,
                "; ",
                _evaluated(evaluate, COMPARISON_PATH),
                *([] if tolerance is None else allowed),
            ],
        ),
    )


def condition_step(
    evaluate: ProcessingStep,
    parameters: PipelineParameters,
    checks: Iterable[Check],
    register: ModelStep,
    otherwise: FailStep,
) -> ConditionStep:
    """Register the model if its MSE is at most the threshold, and not worse than the live one's.

    It waits for the checks: nothing is registered unless all of them have passed.
    """
    bounds = {MSE_PATH: parameters.mse_threshold, WORSE_PATH: parameters.live_model_tolerance}
    return ConditionStep(
        name="CheckMSEAbaloneEvaluation",
        conditions=[
            ConditionLessThanOrEqualTo(left=_evaluated(evaluate, path), right=bound)
            for path, bound in bounds.items()
            if bound is not None
        ],
        if_steps=[register],
        else_steps=[otherwise],
        depends_on=[step for check in checks for step in check.steps],
    )
