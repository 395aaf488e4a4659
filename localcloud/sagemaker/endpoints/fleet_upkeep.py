"""Replaces the containers of a fleet that end by themselves.

SageMaker hosting replaces what does not pass its health checks any more
(https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html). Here the end of
the process is what counts: a container that runs and answers badly stays. Meanwhile the variant's other
instances have its traffic; an endpoint with one instance answers ModelError with status 500 until the
new one is healthy. Assumed: how long it waits before it tries again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from localcloud.cloud import current
from localcloud.sagemaker.endpoints.instances import Instance, Instances

if TYPE_CHECKING:
    from localcloud.sagemaker.endpoints.serving.container import ServingContainer

logger = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0


def keep(label: str, instances: Instances, launch: Callable[[], ServingContainer]) -> None:
    """Watch over every instance that is there now, each in a thread that sleeps until it ends."""
    for instance in instances.every():
        watch(label, instances, instance, launch)


def watch(
    label: str, instances: Instances, instance: Instance, launch: Callable[[], ServingContainer]
) -> None:
    """Watch over one instance. `launch` starts a healthy container in its place, or raises."""
    current().background(f"keep up {label}", _keep_up, label, instances, instance, launch)


def _keep_up(
    label: str, instances: Instances, instance: Instance, launch: Callable[[], ServingContainer]
) -> None:
    kept: Instance | None = instance
    while kept is not None:
        kept.container.wait_for_end()
        kept = _replaced(label, instances, kept, launch)


def _replaced(
    label: str, instances: Instances, lost: Instance, launch: Callable[[], ServingContainer]
) -> Instance | None:
    """Another instance in the place of a lost one; None if it was meant to end."""
    stopping, pause = current().stopping, FIRST_PAUSE_SECONDS
    while not stopping.is_set() and instances.is_wanted(lost):
        try:
            return instances.replace(lost, launch())
        except Exception:
            if stopping.is_set():
                break
            logger.warning("%s: nothing in the place of one that ended", label, exc_info=True)
        current().clock.wait(stopping, pause)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
    return None
