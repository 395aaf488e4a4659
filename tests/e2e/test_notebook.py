"""The model repository's notebook, from top to bottom, against a local cloud.

Only the environment differs from AWS: the kernel is told the endpoint, and whose role and bucket to
take. The stack's outputs take the place of the environment where it says nothing.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from tests.local_server import REGION, LocalCloud, service_principal, serving

ROOT = Path(__file__).resolve().parents[2]
REPOSITORY = ROOT / "pipeline_code"
NOTEBOOK = REPOSITORY / "sagemaker-pipelines-project.ipynb"
BUCKET = "notebook-bucket"
GROUP = "NotebookGroup"
PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/define-pipeline.html"

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.documented(PAGE),
    pytest.mark.local_only("it starts a local cloud of its own"),
]


class Ran:
    """The notebook after its last cell, and the cloud that it worked on."""

    def __init__(self, notebook: Any, cloud: LocalCloud) -> None:
        self.cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        self.sagemaker = cloud.client("sagemaker")
        self.s3 = cloud.client("s3")

    def output(self, words: str) -> str:
        """What the only cell with these words in its source has shown."""
        (cell,) = [cell for cell in self.cells if words in cell.source]
        return "\n".join(
            each.get("text") or each.get("data", {}).get("text/plain", "") for each in cell.outputs
        )

    def versions(self) -> list[dict[str, Any]]:
        """The descriptions of the versions, oldest first."""
        listed = self.sagemaker.list_model_packages(ModelPackageGroupName=GROUP)
        return [
            self.sagemaker.describe_model_package(ModelPackageName=each["ModelPackageArn"])
            for each in listed["ModelPackageSummaryList"]
        ]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, data_file: Path) -> Any:
    """Run it. The role, bucket and data are outputs of a stack, as the model build's are."""
    with serving(tmp_path_factory.mktemp("state")) as endpoint, pytest.MonkeyPatch.context() as env:
        cloud = LocalCloud(endpoint)
        cloud.client("s3").create_bucket(Bucket=BUCKET)
        cloud.client("s3").upload_file(str(data_file), BUCKET, "data/abalone.csv")
        role = cloud.make_role("Notebook", service_principal("sagemaker"))
        make_stack(cloud, role)
        for name, value in {
            "AWS_ENDPOINT_URL": endpoint,
            "PYTHONPATH": str(REPOSITORY),
            "MODEL_PACKAGE_GROUP_NAME": GROUP,
        }.items():
            env.setenv(name, value)
        # Other tests of the process may have pointed it elsewhere.
        env.delenv("AWS_ENDPOINT_URL_S3", raising=False)
        notebook = nbformat.read(NOTEBOOK, as_version=4)
        client = NotebookClient(
            notebook,
            timeout=300,
            kernel_name="python3",
            resources={"metadata": {"path": str(REPOSITORY)}},
        )
        client.execute()
        yield Ran(notebook, cloud)


def make_stack(cloud: LocalCloud, role: str) -> None:
    """A stack with the outputs by which the model build's is known."""
    outputs = {
        "SageMakerPipelineRoleArn": role,
        "ArtifactBucketName": BUCKET,
        "SageMakerPipelineName": "NotebookPipeline",
        "ModelPackageGroupName": "the environment has another",
        "InputDataUrl": f"s3://{BUCKET}/data/abalone.csv",
    }
    template = {
        "Resources": {
            "Something": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Type": "String", "Value": "something"},
            }
        },
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }
    cloudformation = cloud.client("cloudformation")
    cloudformation.create_stack(StackName="NotebookBuild", TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName="NotebookBuild", WaiterConfig={"Delay": 0, "MaxAttempts": 600}
    )


def test_the_notebook_is_stored_without_output() -> None:
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert len(code) > 10
    assert [cell.source for cell in code if cell.outputs or cell.execution_count] == []


def test_the_constants_are_the_stack_s_and_the_environment_s(ran: Ran) -> None:
    shown = ran.output("surroundings.find()")
    assert re.search(rf"^model_package_group_name +{GROUP}$", shown, re.MULTILINE)
    assert re.search(r"^pipeline_name +NotebookPipeline$", shown, re.MULTILINE)
    assert re.search(rf"^region +{REGION}$", shown, re.MULTILINE)
    assert "MODEL_PACKAGE_GROUP_NAME; stack NotebookBuild" in shown


def test_two_runs_register_two_versions_and_the_first_is_approved(ran: Ran) -> None:
    first, second = ran.versions()
    assert first["ModelApprovalStatus"] == "Approved"
    assert second["ModelApprovalStatus"] == "PendingManualApproval"
    executions = [each["MetadataProperties"]["GeneratedBy"] for each in (first, second)]
    flags = []
    for arn in executions:
        listed = ran.sagemaker.list_pipeline_parameters_for_execution(PipelineExecutionArn=arn)
        values = {each["Name"]: each["Value"].lower() for each in listed["PipelineParameters"]}
        flags.append(
            [value for name, value in values.items() if name.startswith(("Skip", "RegisterNew"))]
        )
    assert flags == [["true"] * 10, ["false"] * 10]
    assert ran.output('parameters={"InputDataVersion"').endswith("execution Succeeded\n")


def test_the_second_run_carries_the_widened_baseline_over(ran: Ran) -> None:
    first, second = (
        each["DriftCheckBaselines"]["ModelQuality"]["Constraints"]["S3Uri"]
        for each in ran.versions()
    )
    assert first == second
    bucket, _, key = first.removeprefix("s3://").partition("/")
    body = ran.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    threshold = json.loads(body)["regression_constraints"]["mse"]["threshold"]
    folder, _, file = key.rpartition("/")
    log = ran.s3.get_object(Bucket=bucket, Key=f"{folder}/history/{file}/log.jsonl")["Body"].read()
    changes = {each["path"]: each for each in json.loads(log)["changes"]}
    change = changes["regression_constraints.mse.threshold"]
    assert threshold == change["to"] == pytest.approx(1.05 * change["from"])
    assert "BaselineAdjusted-model_quality" in ran.versions()[0]["CustomerMetadataProperties"]


def test_baselines_steps_and_versions_are_shown(ran: Ran) -> None:
    steps = ran.output("steps_of(first_run)")
    assert "RegisterAbaloneModel" in steps
    assert "registered version 1" in steps
    shown = ran.output('baselines.main(["show"')
    assert "MODEL_QUALITY  s3://notebook-bucket/" in shown
    assert "sex_F" in shown
    compared = ran.output("compare_versions.main(")
    assert re.search(r"^\* +SkipDataQualityCheck +true +false", compared, re.MULTILINE)
    assert re.search(r"^\* +approval +Approved +PendingManualApproval", compared, re.MULTILINE)


def test_lineage_leads_back_to_the_data_and_the_run(ran: Ran) -> None:
    table = ran.output("LineageTableVisualizer(session)")
    assert "Approval" in table
    assert "ModelGroup" in table
    traced = ran.output("model.dataset_artifacts()")
    first, _ = ran.versions()
    assert f"s3://{BUCKET}/data/abalone.csv" in traced
    assert first["MetadataProperties"]["GeneratedBy"] in traced
