"""Which step waits for which, and which may start."""

from __future__ import annotations

from typing import Any

from localcloud.sagemaker.pipelines.definition import Definition
from localcloud.sagemaker.pipelines.graph import dependencies, ready

from .definitions import checked, processing, step

FILE = {"PropertyFileName": "F", "OutputName": "out", "FilePath": "f.json"}


def branching() -> Definition:
    value = {"PropertyFile": {"Get": "Steps.Evaluate.PropertyFiles.F"}, "Path": "mse"}
    condition = {"Type": "LessThan", "LeftValue": {"Std:JsonGet": value}, "RightValue": 6}
    arguments = {
        "Conditions": [condition],
        "IfSteps": [step("Yes"), step("Then", DependsOn=["Yes"])],
        "ElseSteps": [step("No", "Fail", Arguments={"ErrorMessage": "no"})],
    }
    return checked(
        step("Prepare"),
        step("Evaluate", PropertyFiles=[FILE], DependsOn=["Prepare"]),
        step("Check", "Condition", Arguments=arguments),
        step("After", DependsOn=["Then"]),
    )


def names(definition: Definition, statuses: dict[str, str], **outcomes: bool) -> list[str]:
    return [item.name for item in ready(definition, statuses, outcomes)]


def done(*steps: str) -> dict[str, str]:
    return dict.fromkeys(steps, "Succeeded")


def test_step_depends_on_what_it_names_and_what_it_refers_to() -> None:
    uri: dict[str, Any] = {"Get": "Steps.A.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri"}
    arguments = processing(RoleArn={"Std:Join": {"On": "", "Values": [uri]}})
    definition = checked(step("A"), step("B"), step("C", Arguments=arguments, DependsOn=["B"]))
    assert dependencies(definition.steps["C"]) == {"A", "B"}


def test_condition_does_not_wait_for_what_its_branches_refer_to() -> None:
    inner = step("Inner", DependsOn=["Other"])
    equal = {"Type": "Equals", "LeftValue": 1, "RightValue": 1}
    arguments = {"Conditions": [equal], "IfSteps": [inner], "ElseSteps": []}
    definition = checked(step("Other"), step("C", "Condition", Arguments=arguments))
    assert dependencies(definition.steps["C"]) == set()
    assert dependencies(definition.steps["Inner"]) == {"C", "Other"}


def test_steps_are_ready_when_all_that_they_wait_for_has_succeeded() -> None:
    definition = branching()
    assert names(definition, {}) == ["Prepare"]
    assert names(definition, {"Prepare": "Executing"}) == []
    assert names(definition, done("Prepare")) == ["Evaluate"]
    assert names(definition, done("Prepare", "Evaluate")) == ["Check"]


def test_only_the_branch_of_the_outcome_is_ready() -> None:
    definition = branching()
    before = done("Prepare", "Evaluate", "Check")
    assert names(definition, before, Check=True) == ["Yes"]
    assert names(definition, before, Check=False) == ["No"]


def test_step_never_becomes_ready_when_it_waits_for_the_other_branch() -> None:
    definition = branching()
    every = done("Prepare", "Evaluate", "Check", "No")
    assert names(definition, every, Check=False) == []


def test_step_never_becomes_ready_when_what_it_waits_for_has_failed() -> None:
    assert names(branching(), {"Prepare": "Failed"}) == []
