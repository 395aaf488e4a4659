"""`sagemaker-clarify-processing`: bias and explainability.

https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-configure-container.html
says that ContainerEntrypoint and ContainerArguments are not supported.
"""

from __future__ import annotations

from localcloud.sagemaker.containers.images.analysis import AnalysisImage

IMAGE = AnalysisImage(
    "sagemaker-clarify-processing",
    "localcloud.sagemaker.containers.clarify.analyze:main",
    tags=("1.0",),
)
