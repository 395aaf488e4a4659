"""`spark_preprocess.py` as the first step of the Abalone pipeline, in place of `preprocess_step`.

    preprocess = spark_preprocess_step(jobs, parameters.input_data_url, instance_count=4, shards=16)

The executors write to S3 themselves, so `train`, `validation`, `test` and `quality` are no outputs
that SageMaker uploads, and the step has no properties of them: later steps get
`jobs.output_uri("train")` for `output_of(preprocess, "train")`, and `depends_on=[preprocess]`, since
no reference tells SageMaker that they come after it.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.jobs import MAX_RUNTIME_SECONDS, JobSettings, job_output
from sagemaker.core import image_uris
from sagemaker.core.spark.processing import PySparkProcessor
from sagemaker.core.workflow.entities import PipelineVariable
from sagemaker.mlops.workflow.steps import ProcessingStep

SCRIPT = Path(__file__).with_name("spark_preprocess.py")
SPARK_VERSION = "3.5"
# A cluster is of one type: the memory of its executors is set up for it when the job starts.
INSTANCE_TYPE = "ml.m5.2xlarge"


def spark_preprocess_step(
    jobs: JobSettings, input_data_url: str | PipelineVariable, *, instance_count: int, shards: int
) -> ProcessingStep:
    """Check, impute, encode and split the data on `instance_count` instances, into `shards` files.

    A multiple of the number of training instances, so that each gets as many.
    """
    processor = PySparkProcessor(
        image_uri=image_uris.retrieve(
            "spark", region=jobs.region, version=SPARK_VERSION, instance_type=INSTANCE_TYPE
        ),
        role=jobs.role,
        instance_type=INSTANCE_TYPE,
        instance_count=instance_count,
        max_runtime_in_seconds=MAX_RUNTIME_SECONDS,
        sagemaker_session=jobs.session,
    )
    return ProcessingStep(
        name="PreprocessAbaloneData",
        step_args=processor.run(
            submit_app=str(SCRIPT),
            outputs=[job_output(jobs, "features")],
            arguments=[
                "--input",
                input_data_url,
                "--output",
                jobs.output_uri(),
                "--shards",
                str(shards),
                "--features-dir",
                "/opt/ml/processing/features",
            ],
        ),
    )
