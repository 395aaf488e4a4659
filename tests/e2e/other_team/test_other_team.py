"""A team that knows nothing of this project works on the local cloud as it would on AWS.

Its app is plain CloudFormation in YAML, a second one is in the CDK; one of its SageMaker pipelines is made
with the SDK's classes, the other is a JSON file. All is in this folder. Every role has policies of its own,
written for what the work needs on AWS.
"""

from __future__ import annotations

import io
import json
import tarfile
from typing import Any

import joblib
import numpy
import pytest
import xgboost
from sklearn.datasets import load_wine

from demo.local_cloud import ACCOUNT_ID

from ..deployed import wait_for
from .winery import NOTICES, STACK, Winery

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.documented(
        "https://docs.aws.amazon.com/sagemaker/latest/dg/define-pipeline.html",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html",
    ),
    pytest.mark.local_only("it starts a local cloud of its own"),
]
RUNS = ("forest", "booster")


def test_template_means_what_it_says(winery: Winery) -> None:
    cloudformation = winery.client("cloudformation")
    outputs = winery.outputs
    assert "Pager" not in outputs, "its condition does not hold"
    exports = {each["Name"]: each["Value"] for each in cloudformation.list_exports()["Exports"]}
    assert exports == {"cellar-dev-news": outputs["NewsArn"]}
    assert cloudformation.list_imports(ExportName="cellar-dev-news")["Imports"] == [NOTICES]
    resources = {
        each["LogicalResourceId"]
        for each in cloudformation.list_stack_resources(StackName=STACK)["StackResourceSummaries"]
    }
    assert "OwnQueueOfAlarms" in resources
    (alarm,) = winery.client("cloudwatch").describe_alarms(AlarmNames=[outputs["ServerErrors"]])[
        "MetricAlarms"
    ]
    assert alarm["AlarmActions"] == [outputs["NewsArn"]], "NoValue leaves the second one out"
    (group,) = winery.client("logs").describe_log_groups(logGroupNamePrefix="/cellar/dev")[
        "logGroups"
    ]
    assert group["retentionInDays"] == 7
    function = winery.client("lambda").get_function(FunctionName=outputs["ServeFunction"])
    assert function["Configuration"]["Description"].endswith("(from the barrel)")
    assert function["Tags"]["cost-centre"] == "wine"


def test_rule_of_the_template_refuses_what_it_forbids(winery: Winery) -> None:
    with pytest.raises(AssertionError, match="a live environment needs OnCallTopicArn"):
        winery.run(
            *("aws", "cloudformation", "deploy", "--stack-name", f"{STACK}-live"),
            *("--template-file", "winery.yaml", "--capabilities", "CAPABILITY_NAMED_IAM"),
            *("--parameter-overrides", "Environment=live"),
        )


def test_sdks_pipeline_trains_a_scikit_learn_script_to_a_version(
    winery: Winery, forest: dict[str, Any], commit: str
) -> None:
    assert forest["PipelineExecutionStatus"] == "Succeeded", winery.why(forest)
    # The SDK's own step, in an image of an older scikit-learn than the model's.
    (repack,) = [name for name in forest["Steps"] if name.startswith("Register-RepackModel")]
    assert forest["Steps"].keys() - {repack} == {"Split", "Fit", "Score", "Gate", "Register"}
    sagemaker = winery.client("sagemaker")
    job = forest["Steps"]["Fit"]["Metadata"]["TrainingJob"]["Arn"].rpartition("/")[2]
    trained = sagemaker.describe_training_job(TrainingJobName=job)
    assert trained["HyperParameters"] == {"max-depth": "6", "trees": "30"}
    (metric,) = trained["FinalMetricDataList"]
    assert metric["MetricName"] == "folds:accuracy"
    assert 0.9 < metric["Value"] <= 1
    (arn,) = winery.versions(winery.outputs["Forests"])
    version = sagemaker.describe_model_package(ModelPackageName=arn)
    assert version["CustomerMetadataProperties"] == {"commit": commit}
    (container,) = version["InferenceSpecification"]["Containers"]
    assert container["Image"].endswith("/sagemaker-scikit-learn:1.9-0-cpu-py3")
    job = forest["Steps"][repack]["Metadata"]["TrainingJob"]["Arn"].rpartition("/")[2]
    repacked = sagemaker.describe_training_job(TrainingJobName=job)
    older = repacked["AlgorithmSpecification"]["TrainingImage"]
    assert older.endswith("/sagemaker-scikit-learn:1.2-1-cpu-py3")
    assert container["ModelDataUrl"] == repacked["ModelArtifacts"]["S3ModelArtifacts"]
    with tarfile.open(fileobj=io.BytesIO(winery.read(container["ModelDataUrl"]))) as archive:
        assert {"forest.joblib", "code/inference.py"} <= set(archive.getnames())
    report = json.loads(winery.read(version["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"]))
    assert report["multiclass_classification_metrics"]["accuracy"]["value"] > 0.9


def test_definition_of_ones_own_runs_from_a_file(
    winery: Winery, booster: dict[str, Any], commit: str
) -> None:
    assert booster["PipelineExecutionStatus"] == "Succeeded", winery.why(booster)
    assert set(booster["Steps"]) == {"Split", "Boost", "Judge", "Gate", "Register"}
    assert booster["PipelineExecutionDisplayName"] == f"commit-{commit[:7]}"
    (arn,) = winery.versions(winery.outputs["Boosters"])
    version = winery.client("sagemaker").describe_model_package(ModelPackageName=arn)
    assert version["ModelPackageDescription"] == f"commit {commit} with 20 rounds"
    assert float(version["CustomerMetadataProperties"]["accuracy"]) > 0.8
    assert version["MetadataProperties"]["GeneratedBy"] == booster["PipelineExecutionArn"]


def test_second_run_takes_from_the_cache_what_is_the_same_and_fails_in_its_own_words(
    winery: Winery, booster: dict[str, Any], published: dict[str, str]
) -> None:
    sagemaker = winery.client("sagemaker")
    given = sagemaker.list_pipeline_parameters_for_execution(
        PipelineExecutionArn=published["BOOSTER_RUN"]
    )["PipelineParameters"]
    stricter = {item["Name"]: item["Value"] for item in given}
    stricter |= {"Rounds": "1", "Floor": "1.5", "MayBeWrong": "-1"}
    again = winery.run_to_its_end(
        sagemaker.start_pipeline_execution(
            PipelineName="cellar-booster",
            PipelineParameters=[{"Name": key, "Value": item} for key, item in stricter.items()],
        )["PipelineExecutionArn"]
    )
    steps = again["Steps"]
    assert (
        steps["Split"]["CacheHitResult"]["SourcePipelineExecutionArn"] == published["BOOSTER_RUN"]
    )
    assert "CacheHitResult" not in steps["Boost"], "its number of rounds is another"
    run = again["PipelineExecutionArn"].rpartition("/")[2]
    assert again["PipelineExecutionStatus"] == "Failed"
    message = steps["Reject"]["Metadata"]["Fail"]["ErrorMessage"]
    assert message == f"accuracy is below 1.5 in {run}"
    assert len(winery.versions(winery.outputs["Boosters"])) == 1


def test_approval_reaches_the_teams_queue_in_the_teams_words(winery: Winery, approved: str) -> None:
    sqs, queue = winery.client("sqs"), winery.outputs["ApprovalsUrl"]
    (message,) = wait_for(
        lambda: sqs.receive_message(QueueUrl=queue).get("Messages", []), bool, "the message"
    )
    account = approved.split(":")[4]
    assert json.loads(message["Body"]) == {
        "headline": f"cellar-boosters 1 is approved in {account}",
        "package": approved,
        "version": 1,
    }


def test_conveyor_asks_a_person_then_serves_the_approved_version(
    winery: Winery,
    forest: dict[str, Any],
    poured: dict[str, Any],
    commit: str,
    published: dict[str, str],
) -> None:
    assert poured["status"] == "Succeeded"
    config = f"{winery.outputs['Endpoint']}-1"
    assert poured["output"]["outputVariables"] == {"CONFIG": config}
    parameter = winery.client("ssm").get_parameter(Name=winery.outputs["OnTap"])["Parameter"]
    assert parameter["Value"] == config
    # The topic's news, by way of the second app's queue, function and table.
    runs = {f"arn:aws:sagemaker:us-east-1:{ACCOUNT_ID}:pipeline/cellar-{name}" for name in RUNS}
    expected = {f'"{arn} has Succeeded"' for arn in runs}
    kept = wait_for(winery.told, lambda texts: expected <= set(texts), "the news")
    (asked,) = [json.loads(text)["approval"] for text in kept if text.startswith("{")]
    assert asked["customData"] == f"Taste {published['BOOSTER_RUN']} of {commit}"


def test_endpoint_answers_as_the_registered_model_does(
    winery: Winery, poured: dict[str, Any], approved: str
) -> None:
    wines = load_wine()
    body = "\n".join(",".join(map(str, row)) for row in wines.data[::10])
    answer = winery.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=winery.outputs["Endpoint"], ContentType="text/csv", Body=body.encode()
    )
    assert answer["ContentType"] == "application/json", "the package's own environment says so"
    assert answer["InvokedProductionVariant"] == "house"
    served = [item["score"] for item in json.loads(answer["Body"].read())["predictions"]]
    package = winery.client("sagemaker").describe_model_package(ModelPackageName=approved)
    (container,) = package["InferenceSpecification"]["Containers"]
    with tarfile.open(fileobj=io.BytesIO(winery.read(container["ModelDataUrl"]))) as archive:
        member = archive.extractfile("xgboost-model")
        assert member is not None
        model = xgboost.Booster(model_file=bytearray(member.read()))
    expected = model.predict(xgboost.DMatrix(wines.data[::10]))
    numpy.testing.assert_allclose(served, expected, rtol=1e-5)
    right = expected.argmax(axis=1) == wines.target[::10]
    assert right.mean() > 0.8


def test_teams_function_keeps_a_ledger_of_the_endpoint(
    winery: Winery, poured: dict[str, Any]
) -> None:
    endpoint, bucket = winery.outputs["Endpoint"], winery.outputs["Bucket"]
    wait_for(
        lambda: winery.client("s3").list_objects_v2(Bucket=bucket, Prefix="ledger/"),
        lambda listed: (
            f"ledger/{endpoint}/IN_SERVICE.json"
            in [item["Key"] for item in listed.get("Contents", [])]
        ),
        "the ledger's entry",
    )


def test_version_with_inference_code_of_its_own_answers_in_its_own_form(
    winery: Winery, forest_endpoint: str
) -> None:
    wines, runtime = load_wine(as_frame=True), winery.client("sagemaker-runtime")
    tasted, cultivars = wines.data[::10], wines.target[::10]
    body = tasted.to_csv(index=False, header=False)
    answer = runtime.invoke_endpoint(
        EndpointName=forest_endpoint, ContentType="text/csv", Body=body.encode()
    )
    assert answer["ContentType"] == "application/json"
    told = json.loads(answer["Body"].read())["cultivars"]
    (arn,) = winery.versions(winery.outputs["Forests"])
    package = winery.client("sagemaker").describe_model_package(ModelPackageName=arn)
    (container,) = package["InferenceSpecification"]["Containers"]
    with tarfile.open(fileobj=io.BytesIO(winery.read(container["ModelDataUrl"]))) as archive:
        member = archive.extractfile("forest.joblib")
        assert member is not None
        model = joblib.load(io.BytesIO(member.read()))
    assert told == model.predict_proba(tasted).argmax(axis=1).tolist()
    assert (cultivars == told).mean() > 0.9
    with pytest.raises(runtime.exceptions.ModelError) as refused:
        runtime.invoke_endpoint(
            EndpointName=forest_endpoint, ContentType="application/json", Body=b"[]"
        )
    assert refused.value.response["OriginalStatusCode"] == 500
    logged = winery.log(f"/aws/sagemaker/Endpoints/{forest_endpoint}")
    assert "ValueError: only text/csv, not application/json" in logged


def test_everything_is_gone_when_the_stacks_are_deleted(
    winery: Winery, poured: dict[str, Any]
) -> None:
    """Last in this file: it takes the apps down, in the order that AWS asks for."""
    outputs, sagemaker = winery.outputs, winery.client("sagemaker")
    endpoint = outputs["Endpoint"]
    # What the team's own code made is the team's to delete.
    sagemaker.delete_endpoint(EndpointName=endpoint)
    sagemaker.delete_endpoint_config(EndpointConfigName=f"{endpoint}-1")
    sagemaker.delete_model(ModelName=f"{endpoint}-1")
    for name in RUNS:
        token = f"delete-the-pipeline-of-the-{name}"
        sagemaker.delete_pipeline(PipelineName=f"cellar-{name}", ClientRequestToken=token)
    delete = ("aws", "cloudformation", "delete-stack", "--stack-name")
    wait = ("aws", "cloudformation", "wait", "stack-delete-complete", "--stack-name")
    with pytest.raises(AssertionError, match=f"in use by {NOTICES}"):
        winery.run(*delete, STACK)
    winery.run(*delete, NOTICES)
    winery.run(*wait, NOTICES)
    winery.empty_bucket()
    for group in (outputs["Forests"], outputs["Boosters"]):
        for version in winery.versions(group):
            sagemaker.delete_model_package(ModelPackageName=version)
    winery.run(*delete, STACK)
    winery.run(*wait, STACK)

    assert winery.what_there_is() == []
    key = winery.client("kms").describe_key(KeyId=outputs["KeyId"])["KeyMetadata"]
    assert key["KeyState"] == "PendingDeletion"
    kept = winery.client("logs").describe_log_groups(logGroupNamePrefix=outputs["BuildLog"])
    assert len(kept["logGroups"]) == 1, "its DeletionPolicy is Retain"
