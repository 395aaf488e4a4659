"""What the jobs of the pipelines have in common: role, containers, instances, S3 places.

Everything that one execution writes goes under `s3://<bucket>/<prefix>/<execution id>/`, so that
executions never overwrite each other and the files of a model version stay where its registration
says they are.

Containers and the libraries in them: https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from sagemaker.core import image_uris
from sagemaker.core.processing import ScriptProcessor
from sagemaker.core.shapes import (
    ProcessingInput,
    ProcessingOutput,
    ProcessingS3Input,
    ProcessingS3Output,
)
from sagemaker.core.workflow.entities import PipelineVariable
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join
from sagemaker.core.workflow.parameters import ParameterString
from sagemaker.core.workflow.pipeline_context import PipelineSession

from pipelines.network import Network

# Tags of the containers. The releases inside are those of requirements.txt, so that the tests run
# the scripts on what the jobs run them on.
SKLEARN_VERSION = "1.9-0"
XGBOOST_VERSION = "3.2-0"
CONTAINER_VERSIONS = {"sklearn": SKLEARN_VERSION, "xgboost": XGBOOST_VERSION}

# AWS bills a job by the second until it ends: a job that hangs is stopped after this long.
MAX_RUNTIME_SECONDS = 3600
VOLUME_SIZE_GB = 30


@cache  # the SDK takes 0.2 s for each look-up
def container_image(framework: str, region: str) -> str:
    """URI, in the region, of the pinned container of `sklearn` or `xgboost`."""
    version = CONTAINER_VERSIONS[framework]
    return str(image_uris.retrieve(framework, region=region, version=version))


@dataclass(frozen=True)
class JobSettings:
    """What all jobs of a pipeline have in common."""

    session: PipelineSession
    region: str
    role: str
    bucket: str
    prefix: str
    processing_instance_type: ParameterString
    transform_instance_type: ParameterString
    network: Network | None = None

    def output_uri(self, *path: str) -> Join:
        """The S3 URI of one output of the running execution."""
        return Join(
            on="/",
            values=[
                "s3:/",
                self.bucket,
                self.prefix,
                ExecutionVariables.PIPELINE_EXECUTION_ID,
                *path,
            ],
        )

    def upload_code(self, name: str, content: bytes) -> str:
        """Put a job's code into the bucket, at an address made of its content; the S3 URI.

        The SDK would upload a local file too, but to an address made of the place where the file lay
        as well: a build on another machine, or in another folder, would make another pipeline, and
        none of its steps would be found in the cache.
        """
        key = f"{self.prefix}/code/{hashlib.sha256(content).hexdigest()}/{name}"
        s3 = self.session.boto_session.client("s3", region_name=self.region)
        s3.put_object(Bucket=self.bucket, Key=key, Body=content)
        return f"s3://{self.bucket}/{key}"

    def image(self, framework: str) -> str:
        """URI, in this region, of the pinned container of `sklearn` or `xgboost`."""
        return container_image(framework, self.region)

    def script_processor(self, framework: str) -> ScriptProcessor:
        """A processor that runs one Python file in the framework's container."""
        return ScriptProcessor(
            image_uri=self.image(framework),
            command=["python3"],
            role=self.role,
            instance_type=self.processing_instance_type,
            instance_count=1,  # more would each write the same files
            volume_size_in_gb=VOLUME_SIZE_GB,
            max_runtime_in_seconds=MAX_RUNTIME_SECONDS,
            network_config=self.network.for_processing() if self.network else None,
            sagemaker_session=self.session,
        )


def job_input(name: str, source: str | PipelineVariable, directory: str) -> ProcessingInput:
    """Files of an S3 prefix that SageMaker copies to `/opt/ml/processing/<directory>`."""
    return ProcessingInput(
        input_name=name,
        s3_input=ProcessingS3Input(
            s3_uri=source,
            local_path=f"/opt/ml/processing/{directory}",
            s3_data_type="S3Prefix",
            s3_input_mode="File",
        ),
    )


def job_output(
    jobs: JobSettings, name: str, prefix: Sequence[str] | None = None
) -> ProcessingOutput:
    """Files of `/opt/ml/processing/<name>`, copied to S3 when the job has succeeded.

    They go to the execution's `<name>`, or to the prefix below it.
    """
    return ProcessingOutput(
        output_name=name,
        s3_output=ProcessingS3Output(
            s3_uri=jobs.output_uri(*(prefix or [name])),
            local_path=f"/opt/ml/processing/{name}",
            s3_upload_mode="EndOfJob",
        ),
    )
