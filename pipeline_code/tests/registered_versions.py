"""Two versions as the Abalone pipeline registers them: the files, the execution, its steps."""

from __future__ import annotations

import json
from typing import Any

from offline_registry import GROUP, PREFIX, OfflineRegistry, uri

MODEL_QUALITY = {
    "version": 0.0,
    "regression_constraints": {
        "mse": {"threshold": 4.0, "comparison_operator": "GreaterThanThreshold"},
        "r2": {"threshold": 0.5, "comparison_operator": "LessThanThreshold"},
    },
}
STATISTICS = {
    "version": 0.0,
    "regression_metrics": {
        "mse": {"value": 3.9, "standard_deviation": 0.1},
        "r2": {"value": 0.51, "standard_deviation": "NaN"},
    },
}
DATA_QUALITY = {
    "version": 0.0,
    "features": [
        {"name": "length", "inferred_type": "Fractional", "completeness": 1.0},
        {
            "name": "sex",
            "inferred_type": "String",
            "completeness": 1.0,
            "string_constraints": {"domains": ["F", "I", "M"]},
        },
    ],
    "monitoring_config": {"evaluate_constraints": "Enabled", "datatype_check_threshold": 1.0},
}
BIAS = {
    "version": "1.0",
    "pre_training_bias_metrics": {
        "label": "rings",
        "label_value_or_threshold": "(10.0, 29.0]",
        "facets": {
            "sex_F": [{"value_or_threshold": "1", "metrics": [{"name": "CI", "value": 0.37}]}]
        },
    },
}
EXPLAINABILITY = {
    "version": "1.0",
    "explanations": {
        "kernel_shap": {
            "label0": {"global_shap_values": {"length": 0.5, "height": 1.5}, "expected_value": 9.9}
        }
    },
}
CONSTRAINTS = {
    "data_quality": (DATA_QUALITY, "constraints.json"),
    "data_bias": (BIAS, "analysis.json"),
    "model_quality": (MODEL_QUALITY, "constraints.json"),
    "model_bias": (
        {"version": "1.0", "post_training_bias_metrics": BIAS["pre_training_bias_metrics"]},
        "analysis.json",
    ),
    "explainability": (EXPLAINABILITY, "analysis.json"),
}
FLAGS = ("DataQuality", "DataBias", "ModelQuality", "ModelBias", "ModelExplainability")


def register(aws: OfflineRegistry, number: int, mse: float, **members: Any) -> dict[str, Any]:
    """A version that an execution of its own has registered, with new baselines."""
    prefix = f"Abalone/execution{number}"
    arn = f"{PREFIX}:pipeline/abalonepipeline/execution/execution{number}"
    aws.executions[arn] = {
        "PipelineArn": f"{PREFIX}:pipeline/abalonepipeline",
        "PipelineExecutionDisplayName": f"commit-{number:07x}aaaa",
    }
    aws.definition = {
        "Parameters": [
            {"Name": "MseThreshold", "Type": "Float", "DefaultValue": 6.0},
            *(
                {"Name": name, "Type": "Boolean", "DefaultValue": False}
                for check in FLAGS
                for name in (f"Skip{check}Check", f"RegisterNew{check}Baseline")
            ),
        ]
    }
    first = str(number == 1)
    aws.parameters[arn] = [
        {"Name": name, "Value": first}
        for check in FLAGS
        for name in (f"Skip{check}Check", f"RegisterNew{check}Baseline")
    ]
    job = f"{PREFIX}:training-job/train-{number}"
    aws.steps[arn] = [
        {"StepName": "Register", "Metadata": {"RegisterModel": {"Arn": "…"}}},
        {"StepName": "Preprocess", "Metadata": {"ProcessingJob": {"Arn": "…"}}},
        {"StepName": "Train", "Metadata": {"TrainingJob": {"Arn": job}}},
    ]
    artifact = uri(f"{prefix}/model.tar.gz")
    aws.training_jobs[f"train-{number}"] = {
        "HyperParameters": {"max_depth": str(4 + number), "eta": "0.2"},
        "ModelArtifacts": {"S3ModelArtifacts": artifact},
    }
    evaluation = {
        "regression_metrics": {"mse": {"value": mse, "standard_deviation": 0.2}},
        "comparison": {"message": f"as good as {number}"},
    }
    for check, (content, name) in CONSTRAINTS.items():
        aws.put(f"{prefix}/checks/{check}/{name}", content)
        aws.put(f"{prefix}/checks/{check}/registered/{name}", content)
        if number > 1:
            aws.put(f"{prefix}/checks/{check}/constraint_violations.json", {"violations": []})
    aws.put(f"{prefix}/checks/model_quality/statistics.json", STATISTICS)

    def file(check: str, name: str, folder: str = "") -> dict[str, str]:
        place = uri(f"{prefix}/checks/{check}/{folder}{name}")
        return {"ContentType": "application/json", "S3Uri": place}

    def files(folder: str, bias: str, explainability: str) -> dict[str, Any]:
        return {
            "ModelDataQuality": {"Constraints": file("data_quality", "constraints.json", folder)},
            "ModelQuality": {
                "Constraints": file("model_quality", "constraints.json", folder),
                "Statistics": file("model_quality", "statistics.json"),
            },
            "Bias": {
                f"PreTraining{bias}": file("data_bias", "analysis.json", folder),
                f"PostTraining{bias}": file("model_bias", "analysis.json", folder),
            },
            "Explainability": {explainability: file("explainability", "analysis.json", folder)},
        }

    return aws.add(
        number,
        MetadataProperties={"GeneratedBy": arn},
        ModelMetrics=files("", "Report", "Report"),
        DriftCheckBaselines=files("registered/", "Constraints", "Constraints"),
        InferenceSpecification={"Containers": [{"Image": "image", "ModelDataUrl": artifact}]},
        CustomerMetadataProperties={
            "EvaluationS3Uri": aws.put(f"{prefix}/evaluation/evaluation.json", evaluation),
            "InputDataUrl": uri("data/abalone.csv"),
            "InputDataVersion": f"etag-{number}",
        },
        **members,
    )


def constraints_key(number: int, check: str) -> str:
    """Where the registered constraints of a version lie."""
    return f"Abalone/execution{number}/checks/{check}/registered/{CONSTRAINTS[check][1]}"


def log(aws: OfflineRegistry, key: str) -> list[dict[str, Any]]:
    """The entries of an object's history."""
    folder, _, file = key.rpartition("/")
    text = aws.objects[f"{folder}/history/{file}/log.jsonl"].decode()
    return [json.loads(line) for line in text.splitlines()]


__all__ = ["GROUP", "constraints_key", "log", "register"]
