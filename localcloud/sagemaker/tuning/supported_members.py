"""What CreateHyperParameterTuningJob may say here; the rest is refused by name.

Bayesian and Hyperband choose by the results of earlier jobs with methods that AWS does not publish in
full: what was tried here in their name would not be what AWS tries.
"""

from __future__ import annotations

from localcloud.sagemaker.jobs.supported_members import TRAINING_JOB, Members

_OF_TRAINING = (
    "RoleArn",
    "InputDataConfig",
    "OutputDataConfig",
    "ResourceConfig",
    "StoppingCondition",
    "EnableInterContainerTrafficEncryption",
    "Environment",
    "RetryStrategy",
    "VpcConfig",
)
_RANGE: Members = {"Name": True, "MinValue": True, "MaxValue": True, "ScalingType": True}

TUNING_JOB: Members = {
    "HyperParameterTuningJobName": True,
    "HyperParameterTuningJobConfig": {
        "Strategy": {"Random", "Grid"},
        "HyperParameterTuningJobObjective": {"Type": True, "MetricName": True},
        "ResourceLimits": {"MaxNumberOfTrainingJobs": True, "MaxParallelTrainingJobs": True},
        "ParameterRanges": {
            "IntegerParameterRanges": _RANGE,
            "ContinuousParameterRanges": _RANGE,
            "CategoricalParameterRanges": {"Name": True, "Values": True},
        },
        "TrainingJobEarlyStoppingType": {"Off"},
        "RandomSeed": True,
    },
    "TrainingJobDefinition": {
        "DefinitionName": True,
        "StaticHyperParameters": True,
        "AlgorithmSpecification": {
            "TrainingImage": True,
            "TrainingInputMode": True,
            "MetricDefinitions": True,
        },
        **{name: TRAINING_JOB[name] for name in _OF_TRAINING},
    },
    "Tags": True,
}
