"""The state machine of executions under arbitrary calls: what the rules forbid never happens."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from localcloud.codepipeline.execution import Action, ActionKey, CheckKey, Stage, Step
from localcloud.codepipeline.flow import Flow
from localcloud.errors import AwsError
from tests.unit.localcloud.codepipeline.flows import flow

GOING = ("InProgress", "Stopping")
A = Stage("A", (Action("a"),))
B = Stage("B", (Action("b"), Action("c", waits_for_a_person=True), Action("d", 2)))
C = Stage("C", (Action("e"),))
REFUSALS = {
    "retry": {"StageNotRetryableException", "NotLatestPipelineExecutionException"},
    "override": {"ConditionNotOverridableException", "NotLatestPipelineExecutionException"},
    "roll_back": {"UnableToRollbackStageException"},
}


class Pipelines(RuleBasedStateMachine):
    """Whatever comes in whatever order, the rules of the page hold."""

    queued = False
    stages: tuple[Stage, ...] = (A, B, C)

    def __init__(self) -> None:
        super().__init__()
        self.flow: Flow = flow(*self.stages, queued=self.queued)
        self.running: list[ActionKey] = []
        self.checking: list[CheckKey] = []
        self.started = 0

    def take(self, step: Step) -> None:
        ended = [key for key, _ in step.end_check]
        self.running = [each for each in self.running if each not in step.abandon] + step.start
        self.checking = [each for each in self.checking if each not in ended] + step.check
        for known in (self.running, self.checking):
            assert len(set(known)) == len(known)
        for rollback in step.rollbacks:
            assert self.flow.executions[rollback.target].stages[rollback.stage] == "Succeeded"

    def an_execution(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.flow.executions)))

    @rule()
    def start(self) -> None:
        self.started += 1
        self.take(self.flow.start(str(self.started)))

    @precondition(lambda self: self.running)
    @rule(data=st.data(), succeeded=st.sampled_from([True, True, True, False]))
    def finish(self, data: st.DataObject, succeeded: bool) -> None:
        ended = data.draw(st.sampled_from(self.running))
        self.running.remove(ended)
        self.take(self.flow.finish_action(ended, succeeded))

    @precondition(lambda self: self.checking)
    @rule(data=st.data(), met=st.booleans())
    def finish_check(self, data: st.DataObject, met: bool) -> None:
        ended = data.draw(st.sampled_from(self.checking))
        self.checking.remove(ended)
        self.take(self.flow.finish_check(ended, met))

    @precondition(lambda self: self.flow.executions)
    @rule(data=st.data(), abandon=st.booleans())
    def stop(self, data: st.DataObject, abandon: bool) -> None:
        execution = self.an_execution(data)
        try:
            self.take(self.flow.stop(execution, abandon))
        except AwsError:
            assert self.flow.executions[execution].status != "InProgress"

    @precondition(lambda self: self.flow.executions)
    @rule(data=st.data(), stage=st.sampled_from("ABC"), every=st.booleans())
    def retry(self, data: st.DataObject, stage: str, every: bool) -> None:
        try:
            self.take(self.flow.retry(self.an_execution(data), stage, every))
        except AwsError as error:
            assert error.aws_code in REFUSALS["retry"]

    @precondition(lambda self: self.flow.executions)
    @rule(data=st.data(), stage=st.sampled_from("ABC"), kind=st.sampled_from(["BEFORE_ENTRY"]))
    def override(self, data: st.DataObject, stage: str, kind: str) -> None:
        try:
            self.take(self.flow.override(self.an_execution(data), stage, kind))
        except AwsError as error:
            assert error.aws_code in REFUSALS["override"]

    @precondition(lambda self: self.flow.executions)
    @rule(data=st.data(), stage=st.sampled_from("ABC"))
    def roll_back(self, data: st.DataObject, stage: str) -> None:
        try:
            self.take(self.flow.roll_back(stage, self.an_execution(data)))
        except AwsError as error:
            assert error.aws_code in REFUSALS["roll_back"]

    @rule(stage=st.sampled_from("ABC"), enabled=st.booleans())
    def transition(self, stage: str, enabled: bool) -> None:
        self.take(self.flow.set_transition(stage, enabled))

    @invariant()
    def each_execution_that_goes_on_is_in_one_place(self) -> None:
        places = [slot.current for slot in self.flow.slots if slot.current]
        places += [
            each
            for slot in self.flow.slots
            for each in slot.waiting
            if self.flow.executions[each].status == "InProgress"
        ]
        going = [each for each in self.flow.executions.values() if each.status in GOING]
        assert sorted(places) == sorted(each.id for each in going)

    @invariant()
    def none_overtakes_another(self) -> None:
        order: list[int] = []
        for slot in reversed(self.flow.slots):
            for name in (slot.current, *slot.waiting):
                if name and self.flow.executions[name].status in GOING:
                    execution = self.flow.executions[name]
                    # A rollback does not come through the stages.
                    order += [execution.number] if execution.only is None else []
        assert order == sorted(order)

    @invariant()
    def a_locked_stage_works(self) -> None:
        for slot in self.flow.slots:
            working = [
                each for each in (*self.running, *self.checking) if each.stage == slot.stage.name
            ]
            assert {each.execution_id for each in working} == (
                {slot.current} if slot.current else set()
            )

    @invariant()
    def nobody_waits_before_an_open_stage(self) -> None:
        for slot in self.flow.slots:
            if slot.enabled and slot.current is None:
                assert all(self.flow.executions[each].status not in GOING for each in slot.waiting)

    @invariant()
    def only_a_queue_holds_more_than_one(self) -> None:
        assert self.queued or all(len(slot.waiting) <= 1 for slot in self.flow.slots)


class Queues(Pipelines):
    """The same in QUEUED mode: nothing is superseded."""

    queued = True

    @invariant()
    def nothing_is_superseded(self) -> None:
        assert "Superseded" not in {each.status for each in self.flow.executions.values()}


class Conditions(Pipelines):
    """The same with conditions, retries and rollbacks."""

    stages = (
        Stage("A", A.actions, on_failure="RETRY"),
        Stage("B", B.actions, conditions={"BEFORE_ENTRY": "SKIP", "ON_SUCCESS": "ROLLBACK"}),
        Stage("C", C.actions, conditions={"BEFORE_ENTRY": "FAIL"}, on_failure="ROLLBACK"),
    )


SETTINGS = settings(max_examples=60, stateful_step_count=40, deadline=None)
Pipelines.TestCase.settings = Queues.TestCase.settings = Conditions.TestCase.settings = SETTINGS
TestPipelines = Pipelines.TestCase
TestQueues = Queues.TestCase
TestConditions = Conditions.TestCase
