"""Where the scenario's events differ from the published samples, each with the reason.

A key is the detail-type, the path and the difference. An entry that no event needs fails its test.
"""

from __future__ import annotations

NOT_ASKED_FOR = "what the scenario makes has none of it, AWS's sample does"
NOT_YET = "there is none before it has happened; the samples are of later moments"
DESCRIBED = "a member of the Describe operation that the event repeats, absent in AWS's sample"

BUILDS = "CodeBuild Build State Change"
PHASES = "CodeBuild Build Phase Change"
COMMITS = "CodeCommit Repository State Change"
ACTIONS = "CodePipeline Action Execution State Change"
ENDPOINTS = "SageMaker Endpoint State Change"
ENDPOINT_CONFIGS = "SageMaker Endpoint Config State Change"
EXECUTIONS = "SageMaker Model Building Pipeline Execution Status Change"
STEPS = "SageMaker Model Building Pipeline Execution Step Status Change"
PACKAGES = "SageMaker Model Package State Change"
PROCESSING = "SageMaker Processing Job State Change"
TRAINING = "SageMaker Training Job State Change"
TRANSFORM = "SageMaker Transform Job State Change"
PARAMETERS = "Parameter Store Change"
TUNING = "SageMaker HyperParameter Tuning Job State Change"

EXCEPTIONS: dict[tuple[str, str, str], str] = {}


def _state(detail_type: str, reason: str, *paths: str, what: str = "missing") -> None:
    EXCEPTIONS.update({(detail_type, f"detail.{path}", what): reason for path in paths})


for _type in (BUILDS, PHASES):
    _state(
        _type,
        "a build that uploads one file has no digests until it has uploaded",
        "additional-information.artifact.md5sum",
        "additional-information.artifact.sha256sum",
    )
    _state(
        _type,
        "a stream is named once the build has made it",
        "additional-information.logs.group-name",
        "additional-information.logs.stream-name",
    )
    _state(_type, NOT_ASKED_FOR, "additional-information.source.location")
_state(
    COMMITS,
    "read by public users of the event, and absent in AWS's samples",
    "callerUserArn",
    what="unpublished",
)
_state(
    COMMITS,
    "AWS's sample of an update is of a merge; these are plain commits",
    "baseCommitId",
    "conflictDetailsLevel",
    "conflictResolutionStrategy",
    "destinationCommitId",
    "mergeOption",
    "sourceCommitId",
)
_state(
    ACTIONS,
    "a source takes no artifact, an approval neither takes nor makes one",
    "input-artifacts",
    "output-artifacts",
)
_state(
    ACTIONS,
    "not every provider has a page, an id or words for what it did",
    "execution-result",
    "execution-result.external-execution-id",
    "execution-result.external-execution-summary",
    "execution-result.external-execution-url",
)
_state(
    ENDPOINTS,
    "AWS's sample of a variant shows its images only; the members are DescribeEndpoint's",
    "ProductionVariants[].CurrentInstanceCount",
    "ProductionVariants[].CurrentWeight",
    "ProductionVariants[].VariantName",
    what="unpublished",
)
_state(
    ENDPOINT_CONFIGS,
    "null in the recorded event, whose configuration has none",
    "DataCaptureConfig",
    what="type object, published: null",
)
_state(
    EXECUTIONS,
    NOT_YET,
    "executionEndTime",
    "previousPipelineExecutionStatus",
)
_state(EXECUTIONS, NOT_ASKED_FOR, "pipelineExecutionDescription")
_state(STEPS, NOT_YET, "metadata", "previousStepStatus", "stepEndTime")
_state(STEPS, "the sample is of a processing step", "metadata.processingJob")
_state(
    STEPS,
    "the API's metadata of these step types, in the event's casing; no sample shows them",
    "metadata.callback",
    "metadata.condition",
    "metadata.fail",
    "metadata.trainingJob",
    what="unpublished",
)
_state(
    STEPS,
    "named on AWS's page as a member of failed steps' events",
    "failureReason",
    what="unpublished",
)
_state(
    PACKAGES,
    "a version of a group has no name in ListModelPackages; the recorded event has one",
    "ModelPackageName",
)
_state(
    PACKAGES,
    DESCRIBED,
    "ApprovalDescription",
    "CustomerMetadataProperties",
    "InferenceSpecification.SupportedRealtimeInferenceInstanceTypes",
    "MetadataProperties.CommitId",
    "ModelPackageDescription",
    what="unpublished",
)
_state(
    PACKAGES,
    "nothing here pulls an image, so there is no digest to tell",
    "InferenceSpecification.Containers[].ImageDigest",
)
_state(PACKAGES, NOT_ASKED_FOR, "MetadataProperties.GeneratedBy")
_state(
    PARAMETERS,
    "the importing stack's has none; EventBridge's schema of the event does not require it",
    "description",
)
_state(
    PROCESSING,
    DESCRIBED,
    "AppSpecification.ContainerEntrypoint",
    "Environment",
    "ProcessingInputs[].AppManaged",
    "ProcessingInputs[].S3Input.S3CompressionType",
    what="unpublished",
)
_state(
    PROCESSING,
    NOT_ASKED_FOR,
    "ExperimentConfig",
    "NetworkConfig",
    "ProcessingOutputConfig.KmsKeyId",
    "ProcessingResources.ClusterConfig.VolumeKmsKeyId",
)
_state(PROCESSING, "the one sample is of a job that failed", "FailureReason")
_state(PROCESSING, NOT_YET, "ProcessingEndTime", "ProcessingStartTime")
_state(
    TRAINING,
    DESCRIBED,
    "AlgorithmSpecification.EnableSageMakerMetricsTimeSeries",
    "AlgorithmSpecification.MetricDefinitions",
    "FinalMetricDataList",
    "ModelArtifacts",
    what="unpublished",
)
_state(
    TRAINING,
    "null in the recorded event, where a job has none",
    "FailureReason",
    "TuningJobArn",
    "VpcConfig",
)
_state(
    TRAINING,
    NOT_ASKED_FOR,
    "InputDataConfig[].CompressionType",
    "InputDataConfig[].RecordWrapperType",
    "OutputDataConfig.KmsKeyId",
    "ResourceConfig.VolumeKmsKeyId",
)
_state(
    TRAINING,
    "a number as in the recorded event; the page has a string, the recorded one had not ended",
    "TrainingEndTime",
    what="type number, published: null, string",
)
_state(
    TRAINING,
    "null where nothing has happened yet, as the recorded event has it of TrainingEndTime",
    "TrainingStartTime",
    what="type null, published: number, string",
)
_state(TRANSFORM, NOT_ASKED_FOR, "TransformOutput.KmsKeyId")
_state(
    TRANSFORM,
    "a number as in the recorded event; the page has a string, the recorded one had not ended",
    "TransformEndTime",
    what="type number, published: null, string",
)
_state(
    TRANSFORM,
    "null where nothing has happened yet, as the recorded event has it of TransformEndTime",
    "TransformStartTime",
    what="type null, published: number, string",
)
_state(
    TUNING,
    NOT_ASKED_FOR,
    "TrainingJobDefinition.AlgorithmSpecification.MetricDefinitions",
    "TrainingJobDefinition.InputDataConfig[].CompressionType",
    "TrainingJobDefinition.InputDataConfig[].RecordWrapperType",
    "TrainingJobDefinition.OutputDataConfig.KmsKeyId",
    "TrainingJobDefinition.ResourceConfig.VolumeKmsKeyId",
)
