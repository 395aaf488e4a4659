"""Runs actions and rules to their end, each in a thread of its own that reports back once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.cloud import current
from localcloud.codepipeline import conditions, roles, structure
from localcloud.codepipeline.action_run import resolve
from localcloud.codepipeline.actions.action import (
    ActionAbandoned,
    ActionContext,
    ActionFailed,
    Result,
    service_failure,
)
from localcloud.codepipeline.execution import ActionKey, CheckKey
from localcloud.codepipeline.records import ActionRun, ConditionRun, ExecutionRecord
from localcloud.errors import AwsError

if TYPE_CHECKING:
    from localcloud.codepipeline.progress import Progress

logger = logging.getLogger(__name__)
_Made = TypeVar("_Made")


def run_action(engine: Progress, key: ActionKey, run: ActionRun) -> None:
    """Run one action and tell the engine how it ended; nothing if it was given up."""
    record = engine.records[key.execution_id]

    def work() -> Result:
        provider = structure.provider_of(run.declaration, run.stage)
        context = _context(engine, record, run)
        run.entity_url = provider.entity_url(context.configuration, engine.region)
        return provider.run(context)

    try:
        result = _failing_well(engine, run, work)
    except ActionAbandoned:
        return
    except ActionFailed as error:
        engine.end_action(key, run, failure=error)
    else:
        engine.end_action(key, run, result=result)


def run_condition(engine: Progress, key: CheckKey, condition: ConditionRun) -> None:
    """Run the rules of a condition, one after the other, and tell the engine whether all held.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html: an ordered set of
    rules that are evaluated together. That each is run, also after one has failed, is assumed.
    """
    for rule in condition.rules:

        def work(rule: ActionRun = rule) -> str:
            provider = conditions.provider_of(rule.declaration)
            return provider.run(_context(engine, engine.records[key.execution_id], rule))

        try:
            summary = _failing_well(engine, rule, work)
        except ActionAbandoned:
            return
        except ActionFailed as error:
            engine.end_rule(condition, rule, failure=error)
        else:
            engine.end_rule(condition, rule, summary=summary)
    engine.end_condition(key, condition)


def _failing_well(engine: Progress, run: ActionRun, work: Callable[[], _Made]) -> _Made:
    """What `work` made; whatever goes wrong in it is an ActionFailed."""
    try:
        return work()
    except (ActionFailed, ActionAbandoned):
        raise
    except (ClientError, BotoCoreError) as error:
        raise service_failure("a service", "AWS", error) from error
    # A defect must not leave the stage locked for ever: it fails the action, and is logged.
    except Exception as error:
        logger.exception("%s of %s failed", run.action, engine.name)
        message = f"The local cloud failed in this action: {error!r}"
        raise ActionFailed(message, "SystemUnavailable") from error


def _context(engine: Progress, record: ExecutionRecord, run: ActionRun) -> ActionContext:
    """What a provider sees of a run, with the session of its role; raises ActionFailed."""
    configuration = resolve(record, run)
    role = run.declaration.get("roleArn")
    try:
        credentials = roles.session(record.declaration["roleArn"], role)
    except AwsError as error:
        raise ActionFailed(str(error), "PermissionError") from error
    run.updated_by = role or record.declaration["roleArn"]

    def update(**members: Any) -> None:
        with engine.lock:
            for name, value in members.items():
                setattr(run, name, value)
            run.updated = current().clock.now()
        current().changes.announce()

    return ActionContext(
        engine.name,
        engine.arn,
        engine.account_id,
        engine.region,
        configuration,
        run,
        credentials,
        record.declaration["artifactStore"].get("encryptionKey"),
        record.overrides.get(run.action),
        update,
    )
