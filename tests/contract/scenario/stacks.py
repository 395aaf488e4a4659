"""CloudFormation: a stack, a change set, an update, and the end of it."""

from __future__ import annotations

import json

from tests.contract.local import Local
from tests.local_server import ACCOUNT

TEMPLATE = {
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "one"}}},
    "Outputs": {"Topic": {"Value": {"Ref": "Topic"}, "Export": {"Name": "contract-topic"}}},
}


def perform(local: Local) -> None:
    """Make, read, change and delete one stack."""
    cloudformation = local.client("cloudformation")
    body = json.dumps(TEMPLATE)
    cloudformation.validate_template(TemplateBody=body)
    cloudformation.create_stack(StackName="contract", TemplateBody=body)
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName="contract", WaiterConfig={"Delay": 1}
    )
    cloudformation.describe_stack_events(StackName="contract")
    cloudformation.describe_stack_resources(StackName="contract")
    cloudformation.describe_stack_resource(StackName="contract", LogicalResourceId="Topic")
    cloudformation.list_stack_resources(StackName="contract")
    cloudformation.list_stacks()
    cloudformation.list_exports()
    _importing(local)
    cloudformation.get_template(StackName="contract")
    cloudformation.get_template_summary(StackName="contract")
    changed = body.replace("one", "two")
    for name in ("executed", "dropped"):
        cloudformation.create_change_set(
            StackName="contract", ChangeSetName=name, TemplateBody=changed
        )
        cloudformation.get_waiter("change_set_create_complete").wait(
            StackName="contract", ChangeSetName=name, WaiterConfig={"Delay": 1}
        )
    cloudformation.list_change_sets(StackName="contract")
    cloudformation.describe_change_set(StackName="contract", ChangeSetName="executed")
    cloudformation.delete_change_set(StackName="contract", ChangeSetName="dropped")
    cloudformation.execute_change_set(StackName="contract", ChangeSetName="executed")
    _wait(local, "contract", "UPDATE_COMPLETE")
    cloudformation.update_stack(StackName="contract", TemplateBody=body)
    _wait(local, "contract", "UPDATE_COMPLETE")
    cloudformation.update_termination_protection(
        StackName="contract", EnableTerminationProtection=False
    )
    cloudformation.delete_stack(StackName="contract")


def _importing(local: Local) -> None:
    """A second stack, which names what the first exports."""
    cloudformation = local.client("cloudformation")
    parameter = {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Type": "String", "Value": {"Fn::ImportValue": "contract-topic"}},
    }
    body = json.dumps({"Resources": {"Parameter": parameter}})
    cloudformation.create_stack(StackName="importing", TemplateBody=body)
    _wait(local, "importing", "CREATE_COMPLETE")
    cloudformation.list_imports(ExportName="contract-topic")
    cloudformation.delete_stack(StackName="importing")
    stack = f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/importing"
    local.until(
        lambda: all(
            each["StackStatus"] == "DELETE_COMPLETE"
            for each in cloudformation.list_stacks()["StackSummaries"]
            if each["StackId"].startswith(stack)
        ),
        "the importing stack is gone",
    )


def _wait(local: Local, name: str, status: str) -> None:
    cloudformation = local.client("cloudformation")
    local.until(
        lambda: (
            cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"] == status
        ),
        f"stack {name} is {status}",
    )
