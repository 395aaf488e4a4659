"""Every operation of ours answers in the form of its output in AWS's API model (botocore's)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import botocore.session
import pytest

from tests.contract.answers import Answer, defects
from tests.contract.local import Local
from tools import coverage

MODELS = "https://github.com/boto/botocore/tree/develop/botocore/data"
pytestmark = pytest.mark.documented(MODELS)

# Ours, and not called by the scenario.
NOT_CALLED = {
    "codecommit:UpdateRepositoryEncryptionKey": "needs a customer's key; tests/unit has it",
    "codepipeline:GetJobDetails": "a custom worker's operation; the Lambda actions get the job itself",
    "codepipeline:PutJobFailureResult": "its output is empty; tests/e2e makes functions fail",
    "codepipeline:PutJobSuccessResult": "its output is empty; the function calls it, unseen from here",
    "sagemaker:StopHyperParameterTuningJob": "its output is empty",
    "sagemaker:StopTrainingJob": "its output is empty",
    "sagemaker:StopTransformJob": "its output is empty",
}
# Members that a shape requires and the answer has not, each with the reason.
ABSENT = {
    "codepipeline:GetPipelineState.stageStates[].actionStates[].currentRevision.revisionChangeId "
    "is required": "CodeCommit's commits have no change identifier (inferred)",
    "sagemaker:DescribeModelPackage.ModelPackageName is required": "a version of a group has no "
    "name in ListModelPackages (observed)",
}


def test_every_operation_of_ours_was_called(used: Local) -> None:
    ours = {
        f"{service}:{operation}"
        for service in coverage.SERVICES
        for operation in coverage.of(service).ours
    }
    called = {answer.name for answer in used.answers.all if answer.error_code is None}
    assert ours - called == set(NOT_CALLED)


def test_every_answer_has_the_form_of_its_output(used: Local) -> None:
    found = Counter(defect for answer in used.answers.all for defect in defects(answer))
    assert set(found) == set(ABSENT)


def test_a_defect_would_be_found(used: Local) -> None:
    answer = next(each for each in used.answers.all if each.name == "sagemaker:DescribeTrainingJob")
    without = {name: item for name, item in answer.parsed.items() if name != "TrainingJobArn"}
    assert defects(replace(answer, parsed=without)) == [f"{answer.name}.TrainingJobArn is required"]
    status = {**answer.parsed, "TrainingJobStatus": "COMPLETED"}
    (found,) = defects(replace(answer, parsed=status))
    assert "'COMPLETED' is none of" in found
    misspelt = answer.body.replace(b'"TrainingJobStatus"', b'"trainingJobStatus"')
    assert f"{answer.name}.trainingJobStatus is no member of DescribeTrainingJobResponse" in (
        defects(replace(answer, body=misspelt))
    )


def test_an_answer_in_xml_is_looked_at_too() -> None:
    model = botocore.session.get_session().get_service_model("cloudformation")
    operation = model.operation_model("DescribeStacks")
    stack = {"StackName": "a", "StackStatus": "DONE"}
    found = defects(Answer(operation, 200, b"", {"Stacks": [stack]}))
    assert len(found) == 2
    assert found[0] == "cloudformation:DescribeStacks.Stacks[].CreationTime is required"
