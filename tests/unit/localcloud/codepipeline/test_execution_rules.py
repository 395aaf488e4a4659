"""The state machine of executions under arbitrary calls: what the rules forbid never happens."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from localcloud.codepipeline.execution import Action, ActionKey, Flow, Stage, Step
from localcloud.errors import AwsError


class Pipelines(RuleBasedStateMachine):
    """Whatever comes in whatever order, the rules of the page hold."""

    def __init__(self) -> None:
        super().__init__()
        self.flow = Flow(
            [
                Stage("A", (Action("a"),)),
                Stage("B", (Action("b"), Action("c"), Action("d", 2))),
                Stage("C", (Action("e"),)),
            ]
        )
        self.running: list[ActionKey] = []
        self.started = 0

    def take(self, step: Step) -> None:
        self.running = [each for each in self.running if each not in step.abandon] + step.start
        assert len(set(self.running)) == len(self.running)

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

    @precondition(lambda self: self.flow.executions)
    @rule(data=st.data(), abandon=st.booleans())
    def stop(self, data: st.DataObject, abandon: bool) -> None:
        execution = data.draw(st.sampled_from(sorted(self.flow.executions)))
        try:
            self.take(self.flow.stop(execution, abandon))
        except AwsError:
            assert self.flow.executions[execution].status != "InProgress"

    @precondition(lambda self: self.flow.executions)
    @rule(data=st.data(), stage=st.sampled_from("ABC"), every=st.booleans())
    def retry(self, data: st.DataObject, stage: str, every: bool) -> None:
        execution = data.draw(st.sampled_from(sorted(self.flow.executions)))
        try:
            self.take(self.flow.retry(execution, stage, every))
        except AwsError as error:
            assert error.aws_code in (
                "StageNotRetryableException",
                "NotLatestPipelineExecutionException",
            )

    @rule(stage=st.sampled_from("ABC"), enabled=st.booleans())
    def transition(self, stage: str, enabled: bool) -> None:
        self.take(self.flow.set_transition(stage, enabled))

    @invariant()
    def each_execution_that_goes_on_is_in_one_place(self) -> None:
        places = [slot.current for slot in self.flow.slots if slot.current]
        places += [
            slot.inbound
            for slot in self.flow.slots
            if slot.inbound and self.flow.executions[slot.inbound].status == "InProgress"
        ]
        going = [each for each in self.flow.executions.values() if each.status in GOING]
        assert sorted(places) == sorted(each.id for each in going)

    @invariant()
    def none_overtakes_another(self) -> None:
        order: list[int] = []
        for slot in reversed(self.flow.slots):
            for name in (slot.current, slot.inbound):
                if name and self.flow.executions[name].status in GOING:
                    order.append(self.flow.executions[name].number)
        assert order == sorted(order)

    @invariant()
    def a_locked_stage_works(self) -> None:
        for slot in self.flow.slots:
            working = [each for each in self.running if each.stage == slot.stage.name]
            assert {each.execution_id for each in working} == (
                {slot.current} if slot.current else set()
            )

    @invariant()
    def nobody_waits_before_an_open_stage(self) -> None:
        for slot in self.flow.slots:
            if slot.inbound and slot.enabled and slot.current is None:
                assert self.flow.executions[slot.inbound].status not in GOING


GOING = ("InProgress", "Stopping")
Pipelines.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestPipelines = Pipelines.TestCase
