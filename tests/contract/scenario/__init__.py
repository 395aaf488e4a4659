"""What a person or a pipeline does with each service, once: `perform` does all of it."""

from __future__ import annotations

from tests.contract.local import Local
from tests.contract.scenario import (
    alarms,
    batch,
    callbacks,
    delivery,
    functions,
    hosting,
    lineage,
    parameters,
    registry,
    stacks,
    training,
)


def perform(local: Local) -> None:
    """Use every service that the loop uses."""
    pipeline = training.start(local)
    stacks.perform(local)
    functions.perform(local)
    parameters.perform(local)
    delivery.perform(local)
    callbacks.perform(local)
    alarms.perform(local)
    model = training.finish(local, pipeline)
    batch.perform(local, model)
    version = registry.perform(local, model)
    hosting.perform(local, version, model)
    lineage.perform(local, version)
