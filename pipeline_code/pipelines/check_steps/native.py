"""The native engine: QualityCheck and ClarifyCheck steps, by AWS's own containers.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html

The steps are never cached: a
cache is found by a step's own values, and not by which version of the group is the latest approved
one, with whose baseline the step compares.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from sagemaker.core import image_uris
from sagemaker.core.clarify import (
    BiasConfig,
    DataConfig,
    ModelConfig,
    ModelPredictedLabelConfig,
    SHAPConfig,
)
from sagemaker.core.model_monitor import DatasetFormat
from sagemaker.mlops.workflow.check_job_config import CheckJobConfig
from sagemaker.mlops.workflow.clarify_check_step import (
    ClarifyCheckConfig,
    ClarifyCheckStep,
    DataBiasCheckConfig,
    ModelBiasCheckConfig,
    ModelExplainabilityCheckConfig,
)
from sagemaker.mlops.workflow.quality_check_step import (
    DataQualityCheckConfig,
    ModelQualityCheckConfig,
    QualityCheckConfig,
    QualityCheckStep,
)

from pipelines.check_steps.check import (
    Check,
    CheckInputs,
    CheckParameters,
    Engine,
    analysis_configuration,
)
from pipelines.check_steps.native_tolerance import with_tolerance
from pipelines.jobs import MAX_RUNTIME_SECONDS, VOLUME_SIZE_GB

CSV = "text/csv"
# The two containers, by the SDK's names.
CONTAINERS = {"model-monitor": "Model Monitor", "clarify": "Clarify"}


@cache
def lacking(region: str) -> tuple[str, ...]:
    """Those of the two whose image in a region the SDK does not know: not every region has both."""

    def known(container: str) -> bool:
        try:
            image_uris.retrieve(container, region=region)
        except ValueError:
            return False
        return True

    return tuple(title for container, title in CONTAINERS.items() if not known(container))


class NativeEngine:
    """Checks by Model Monitor's analyzer and Clarify. Raises ValueError in a region without them."""

    def __init__(self, settings: Engine) -> None:
        self._settings = settings
        region = settings.jobs.region
        if missing := lacking(region):
            raise ValueError(
                f"check_engine is 'native', and the SageMaker SDK knows no container of "
                f"{' and '.join(missing)} in {region}; 'open' makes the checks there"
            )
        jobs = settings.jobs
        self._job = CheckJobConfig(
            role=jobs.role,
            instance_count=1,
            instance_type=jobs.processing_instance_type,
            volume_size_in_gb=VOLUME_SIZE_GB,
            max_runtime_in_seconds=MAX_RUNTIME_SECONDS,
            network_config=jobs.network.for_checks() if jobs.network else None,
            sagemaker_session=jobs.session,
        )

    def check(
        self, name: str, kind: str, parameters: CheckParameters, inputs: CheckInputs
    ) -> Check:
        """See CheckEngine."""
        has_statistics = parameters.supplied_statistics is not None
        make = self._quality_check if has_statistics else self._clarify_check
        return with_tolerance(
            make(name, kind, parameters, inputs), kind, parameters, self._settings
        )

    def _quality_check(
        self, name: str, kind: str, parameters: CheckParameters, inputs: CheckInputs
    ) -> Check:
        step = QualityCheckStep(
            name=name,
            quality_check_config=self._quality_config(kind, inputs),
            check_job_config=self._job,
            skip_check=parameters.skip,
            register_new_baseline=parameters.register,
            fail_on_violation=self._settings.fail_on_violation,
            model_package_group_name=self._settings.group,
            supplied_baseline_statistics=parameters.supplied_statistics,
            supplied_baseline_constraints=parameters.supplied_constraints,
            depends_on=list(inputs.depends_on) or None,
        )
        return Check(
            step=step,
            calculated_constraints=step.properties.CalculatedBaselineConstraints,
            baseline_constraints=step.properties.BaselineUsedForDriftCheckConstraints,
            calculated_statistics=step.properties.CalculatedBaselineStatistics,
            baseline_statistics=step.properties.BaselineUsedForDriftCheckStatistics,
        )

    def _quality_config(self, kind: str, inputs: CheckInputs) -> QualityCheckConfig:
        settings = self._settings.settings
        # Without it the SDK names a folder by the clock, which all executions would share.
        output = self._settings.jobs.output_uri("checks", kind)
        if kind == "data_quality":
            return DataQualityCheckConfig(
                baseline_dataset=inputs.data,
                dataset_format=DatasetFormat.csv(
                    header=settings.data_quality_header, output_columns_position="START"
                ),
                output_s3_uri=output,
            )
        quality = settings.model_quality
        threshold = quality.probability_threshold
        return ModelQualityCheckConfig(
            baseline_dataset=inputs.data,
            dataset_format=DatasetFormat.csv(header=False, output_columns_position="START"),
            output_s3_uri=output,
            problem_type=quality.problem_type,
            inference_attribute=quality.inference_attribute,
            ground_truth_attribute=quality.ground_truth_attribute,
            probability_attribute=quality.probability_attribute,
            probability_threshold_attribute=None if threshold is None else str(threshold),
        )

    def _clarify_check(
        self, name: str, kind: str, parameters: CheckParameters, inputs: CheckInputs
    ) -> Check:
        step = ClarifyCheckStep(
            name=name,
            clarify_check_config=self._clarify_config(kind, inputs),
            check_job_config=self._job,
            skip_check=parameters.skip,
            register_new_baseline=parameters.register,
            fail_on_violation=self._settings.fail_on_violation,
            model_package_group_name=self._settings.group,
            supplied_baseline_constraints=parameters.supplied_constraints,
            depends_on=list(inputs.depends_on) or None,
        )
        return Check(
            step=step,
            calculated_constraints=step.properties.CalculatedBaselineConstraints,
            baseline_constraints=step.properties.BaselineUsedForDriftCheckConstraints,
        )

    def _clarify_config(self, kind: str, inputs: CheckInputs) -> ClarifyCheckConfig:
        configuration = analysis_configuration(self._settings.settings, kind)
        data = self._data_config(kind, configuration, inputs)
        if kind == "data_bias":
            return DataBiasCheckConfig(data_config=data, data_bias_config=_bias(configuration))
        model = ModelConfig(
            model_name=inputs.model_name,
            instance_count=1,
            instance_type="ml.m5.large",
            accept_type=CSV,
            content_type=CSV,
        )
        if kind == "model_bias":
            return ModelBiasCheckConfig(
                data_config=data,
                data_bias_config=_bias(configuration),
                model_config=model,
                model_predicted_label_config=ModelPredictedLabelConfig(),
            )
        shap = configuration["methods"]["shap"]
        return ModelExplainabilityCheckConfig(
            data_config=data, model_config=model, explainability_config=SHAPConfig(**shap)
        )

    def _data_config(
        self, kind: str, configuration: Mapping[str, Any], inputs: CheckInputs
    ) -> DataConfig:
        jobs = self._settings.jobs
        # The SDK writes the configuration to this place when the step is made. Its content is in
        # the name, so that an earlier pipeline's job never reads a later pipeline's.
        digest = hashlib.sha256(json.dumps(configuration, sort_keys=True).encode()).hexdigest()
        return DataConfig(
            s3_data_input_path=inputs.data,
            s3_output_path=jobs.output_uri("checks", kind),
            s3_analysis_config_output_path=(
                f"s3://{jobs.bucket}/{jobs.prefix}/analysis-config/{kind}/{digest[:16]}"
            ),
            label=configuration["label"],
            headers=configuration["headers"],
            dataset_type=CSV,
        )


def _bias(configuration: Mapping[str, Any]) -> BiasConfig:
    facets = configuration["facet"]
    return BiasConfig(
        label_values_or_threshold=configuration["label_values_or_threshold"],
        facet_name=[facet["name_or_index"] for facet in facets],
        facet_values_or_threshold=[facet["value_or_threshold"] for facet in facets],
        group_name=configuration.get("group_variable"),
    )
