"""`sagemaker-model-monitor-analyzer`: data quality and model quality.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-pre-built-container.html. Its URI has no tag.
"""

from __future__ import annotations

from localcloud.sagemaker.containers.images.analysis import AnalysisImage

IMAGE = AnalysisImage(
    "sagemaker-model-monitor-analyzer",
    "localcloud.sagemaker.containers.model_monitor_analyzer.analyze:main",
    tags=("latest",),
)
