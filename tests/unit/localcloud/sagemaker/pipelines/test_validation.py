"""What CreatePipeline refuses of a definition."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localcloud.errors import AwsError
from localcloud.sagemaker.pipelines import steps
from localcloud.sagemaker.pipelines.definition import parse

from .definitions import LIMIT, RELAXED, checked, processing, step, text_of

REFERENCE = {"Get": "Parameters.Count"}


def refused(*given: dict[str, Any], **members: Any) -> str:
    with pytest.raises(AwsError) as caught:
        checked(*given, **members)
    return str(caught.value)


def join(*values: Any) -> dict[str, Any]:
    return {"Std:Join": {"On": "/", "Values": list(values)}}


@pytest.mark.documented("https://github.com/aws/sagemaker-python-sdk/issues/2345")
def test_definition_is_refused_in_awss_words_when_an_array_is_missing() -> None:
    with pytest.raises(AwsError) as caught:
        parse(json.dumps({"Version": "2020-12-01", "Steps": {}}))
    expected = "Unable to parse pipeline definition. Expecting start of Json Array."
    assert str(caught.value) == expected


@pytest.mark.documented("https://github.com/aws/sagemaker-python-sdk/issues/3908")
def test_argument_is_refused_in_awss_words_when_it_is_no_object() -> None:
    text = refused(step("A", Arguments=processing(AppSpecification="image")))
    assert text == "Unable to parse pipeline definition. Expecting start of Json Object."


@pytest.mark.documented("https://github.com/aws/sagemaker-python-sdk/pull/3472")
def test_argument_is_refused_in_awss_words_when_it_is_unknown() -> None:
    arguments = {"ModelPackageName": "x", "ModelPackageGroupName": "g"}
    text = refused(step("A", "RegisterModel", Arguments=arguments))
    assert "Unknown Argument member 'ModelPackageName'." in text


def test_argument_is_refused_when_its_value_is_not_in_the_enumeration() -> None:
    source = {"S3Uri": "s3://b/k", "S3DataType": "S3Prefix", "S3InputMode": "FastFile"}
    inputs = [{"InputName": "i", "S3Input": source}]
    text = refused(step("A", Arguments=processing(ProcessingInputs=inputs)))
    assert (
        "Value 'FastFile' for 'ProcessingS3InputMode' failed to satisfy enum value set: "
        "[Pipe, File]"
    ) in text


@pytest.mark.documented("https://github.com/aws/sagemaker-python-sdk/issues/4867")
def test_number_or_truth_value_is_refused_for_a_text_in_awss_words() -> None:
    specification = {
        "ImageUri": "i",
        "ContainerArguments": ["--limit", {"Get": "Parameters.Limit"}],
    }
    given = step("A", Arguments=processing(AppSpecification=specification))
    assert refused(given, parameters=[LIMIT]) == (
        "Cannot assign property reference [Parameters.Limit] to argument of type [String]."
    )
    given = step("A", Arguments=processing(Environment={"A": {"Get": "Parameters.Relaxed"}}))
    assert "[Parameters.Relaxed] to argument of type [String]" in refused(
        given, parameters=[RELAXED]
    )


def test_number_in_a_text_and_number_for_a_number_are_accepted() -> None:
    count = {"Name": "Count", "Type": "Integer", "DefaultValue": 1}
    own = processing(Environment={"A": {"Std:Join": {"On": "", "Values": [REFERENCE]}}})
    own["ProcessingResources"]["ClusterConfig"]["InstanceCount"] = REFERENCE
    assert checked(step("A", Arguments=own), parameters=[count])


def test_argument_is_refused_when_a_required_member_is_missing() -> None:
    arguments = processing()
    del arguments["RoleArn"]
    assert "'RoleArn' of 'CreateProcessingJobRequest'" in refused(step("A", Arguments=arguments))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "Unable to parse pipeline definition"),
        ('{"Version": "2019-01-01", "Steps": []}', "pipeline definition version '2019-01-01'"),
        (text_of(), "at least one step"),
        (text_of(step("A"), MlflowConfig={"MlflowResourceArn": "a"}), "MlflowConfig"),
        (text_of(step("A"), Surprise=1), "member 'Surprise'"),
        (text_of(step("A"), step("A")), "Duplicate step name 'A'"),
        (text_of({"Name": "A"}), "Missing required member 'Type' of step 'A'"),
        (text_of(step("A", DependsOn=[{"Step": "B", "Trigger": "x"}])), "DependsOn of step 'A'"),
        (
            text_of(step("A"), parameters=[{"Name": "N", "Type": "Integer", "DefaultValue": "1"}]),
            "Default value '1' of parameter 'N' is not of type Integer",
        ),
        (text_of(step("A"), parameters=[{"Name": "N", "Type": "Number"}]), "'ParameterType'"),
    ],
)
def test_definition_is_refused_when_its_form_is_wrong(text: str, message: str) -> None:
    with pytest.raises(AwsError, match=message):
        parse(text)


def test_step_type_is_refused_by_name_when_it_is_not_implemented() -> None:
    message = refused(step("x", "EMR", Arguments={}))
    start, _, listed = message.partition("; supported: ")
    assert start == "unsupported by the local cloud: pipeline step type 'EMR' of step 'x'"
    assert listed.split(", ") == sorted(steps.known())
    assert {"Callback", "Condition", "Lambda", "Training"} <= steps.known().keys()


def test_step_member_is_refused_by_name_when_it_is_not_implemented() -> None:
    assert "'ForEach'" in refused(step("A", ForEach={}))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"Get": "Parameters.Nope"}, "Parameter 'Nope' in step 'B' is not defined"),
        ({"Get": "Execution.TrainingJobName"}, "execution variable 'TrainingJobName'"),
        ({"Get": "Steps.Nope.RoleArn"}, "'Nope', which does not exist|Step 'Nope'"),
        ({"Get": "Steps.A.Role"}, "'Steps.A.Role' in step 'B' is no property of step 'A'"),
        ({"Get": "Steps.A.PropertyFiles.F"}, "is no property file of 'A'"),
        ({"Get": "Step.A.RoleArn"}, "is no reference"),
        ({"Std:Join": {"On": "/"}}, "Std:Join needs a list of Values"),
        ({"Std:JsonGet": {"Path": "a"}}, "Std:JsonGet needs one of PropertyFile and S3Uri"),
        ({"Std:JsonGet": {"PropertyFile": {"Get": "Parameters.P"}, "Path": "a"}}, "must be a Get"),
        ({"Std:JsonGet": {"S3Uri": "s3://b/k", "Path": "a[*]"}}, "unsupported by the local cloud"),
    ],
)
def test_expression_is_refused_when_it_cannot_have_a_value(value: Any, message: str) -> None:
    parameters = [{"Name": "P", "Type": "String", "DefaultValue": "p"}]
    steps = (step("A"), step("B", Arguments=processing(RoleArn=value)))
    with pytest.raises(AwsError, match=message):
        checked(*steps, parameters=parameters)


def test_experiment_is_refused_when_it_refers_to_nothing() -> None:
    config = {"ExperimentName": {"Get": "Nowhere"}}
    assert "is no reference" in refused(step("A"), PipelineExperimentConfig=config)


def test_steps_are_refused_when_they_wait_for_each_other() -> None:
    one = step("A", Arguments=processing(RoleArn={"Get": "Steps.B.RoleArn"}))
    other = step("B", DependsOn=["A"])
    assert "Circular dependency between the steps A, B." in refused(one, other, step("C"))


def test_step_is_refused_when_it_depends_on_an_unknown_step() -> None:
    assert "depends on step 'Nope'" in refused(step("A", DependsOn=["Nope"]))


@pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html"
)
def test_step_is_refused_when_it_depends_on_a_fail_step() -> None:
    fail = step("Stop", "Fail", Arguments={"ErrorMessage": "no"})
    assert "A can not depends on Stop" in refused(fail, step("A", DependsOn=["Stop"]))


def test_property_file_is_refused_when_its_output_does_not_exist() -> None:
    file = {"PropertyFileName": "F", "OutputName": "other", "FilePath": "f.json"}
    assert "names the output 'other'" in refused(step("A", PropertyFiles=[file]))


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"Type": "Equal"}, "for 'ConditionType' failed to satisfy enum value set"),
        ({"Type": "Equals", "LeftValue": 1}, "Missing required member 'RightValue' of Equals"),
        ({"Type": "Not", "Condition": {"Type": "In", "QueryValue": 1, "Values": 2}}, "Json Array"),
    ],
)
def test_condition_is_refused_when_its_form_is_wrong(condition: Any, message: str) -> None:
    arguments = {"Conditions": [condition], "IfSteps": [], "ElseSteps": []}
    assert message in refused(step("C", "Condition", Arguments=arguments))


def test_steps_of_branches_are_checked_too() -> None:
    inner = step("Inner", "EMR", Arguments={})
    arguments = {"Conditions": [], "IfSteps": [inner], "ElseSteps": []}
    assert "'EMR' of step 'Inner'" in refused(step("C", "Condition", Arguments=arguments))


@pytest.mark.parametrize("expires", ["", "30 days", "P", "PT"])
def test_cache_config_is_refused_when_its_duration_is_none(expires: str) -> None:
    config = {"Enabled": True, "ExpireAfter": expires}
    assert "must be an ISO 8601 duration" in refused(step("A", CacheConfig=config))


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ({"ExceptionType": ["Step.SERVICE_FAULT"], "MaxAttempts": 2, "ExpireAfterMin": 3}, "both"),
        ({"ExceptionType": ["Step.NOPE"]}, "'Step.NOPE' for 'ExceptionType'"),
        ({"ExceptionType": ["Step.THROTTLING"], "MaxAttempts": 21}, "must be 0 to 20"),
    ],
)
@pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html"
)
def test_retry_policy_is_refused_when_it_contradicts_itself(policy: Any, message: str) -> None:
    assert message in refused(step("A", RetryPolicies=[policy]))


def test_arguments_pass_when_expressions_stand_for_their_values() -> None:
    parameters = [
        {"Name": "Type", "Type": "String", "DefaultValue": "ml.m5.large"},
        {"Name": "Count", "Type": "Integer", "DefaultValue": 1},
    ]
    cluster = {
        "InstanceType": {"Get": "Parameters.Type"},
        "InstanceCount": {"Get": "Parameters.Count"},
        "VolumeSizeInGB": 1,
    }
    arguments = processing(
        ProcessingResources={"ClusterConfig": cluster},
        RoleArn=join("a", {"Get": "Execution.PipelineExecutionId"}),
    )
    definition = checked(step("A", Arguments=arguments), parameters=parameters)
    assert definition.parameters["Count"].default == 1
