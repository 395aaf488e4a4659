"""The Transform step: CreateTransformJob.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html
"""

from __future__ import annotations

from localcloud.sagemaker.pipelines.steps.job_step import JobStep


class Transform(JobStep):
    """A batch transform job."""

    name = "Transform"
    noun = "TransformJob"
    cache_keys = ("DataProcessing", "Environment", "ModelName", "TransformInput")
    describe_operation = "DescribeTransformJob"
