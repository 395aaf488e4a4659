"""The Parameter Store: a parameter made, changed, labelled, read and deleted."""

from __future__ import annotations

from tests.contract.local import Local

NAME = "/contract/parameter"


def perform(local: Local) -> None:
    """Use one parameter as long as it lives."""
    ssm = local.client("ssm")
    ssm.put_parameter(
        Name=NAME,
        Type="String",
        Value="one",
        Description="what the suite needs",
        Tags=[{"Key": "suite", "Value": "contract"}],
    )
    ssm.put_parameter(Name=NAME, Value="two", Overwrite=True)
    ssm.label_parameter_version(Name=NAME, ParameterVersion=1, Labels=["first"])
    ssm.get_parameter(Name=f"{NAME}:first")
    ssm.get_parameters(Names=[NAME, "/contract/none"])
    ssm.get_parameters_by_path(Path="/contract", Recursive=True)
    ssm.describe_parameters(
        ParameterFilters=[{"Key": "Name", "Option": "BeginsWith", "Values": ["/contract"]}]
    )
    ssm.get_parameter_history(Name=NAME)
    ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=NAME)
    ssm.put_parameter(Name=f"{NAME}-list", Type="StringList", Value="one,two")
    ssm.delete_parameters(Names=[f"{NAME}-list"])
    ssm.unlabel_parameter_version(Name=NAME, ParameterVersion=1, Labels=["first"])
    ssm.delete_parameter(Name=NAME)
    for operation in ("Create", "Update", "Delete"):
        local.event("Parameter Store Change", operation=operation, name=NAME)
