"""The QualityCheck step: data quality and model quality, by Model Monitor's analyzer container.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html
"""

from __future__ import annotations

from localcloud.sagemaker.pipelines.steps.check_step import (
    CONSTRAINTS,
    STATISTICS,
    CheckStep,
    CheckType,
    addresses,
)


class QualityCheck(CheckStep):
    """Statistics and constraints of a data set, or of a model's predictions."""

    name = "QualityCheck"
    title = "Quality"
    check_types = {
        "DATA_QUALITY": CheckType("ModelDataQuality"),
        "MODEL_QUALITY": CheckType("ModelQuality"),
    }
    files = {STATISTICS: "statistics.json", CONSTRAINTS: "constraints.json"}
    members = CheckStep.members | {"SuppliedBaselineStatistics"}
    argument_members = members - {"CacheConfig"}
    plain_properties = addresses(*files)
    cache_keys = (*CheckStep.cache_keys, "SuppliedBaselineStatistics")
