"""A serverless production variant: containers come with the requests, within limits of their own.

https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html; payloads of 4 MB:
https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html. Metrics:
https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-monitoring.html. Known differences:
the memory size bounds what a container's first process allocates (not its threads' share of the
processor, which on AWS is proportional to it), on Linux only; there is no limit of 5 GB of files.
"""

from __future__ import annotations

import contextlib
import resource
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from localcloud.sagemaker.endpoints.container_client import (
    INVOCATION_SECONDS,
    ContainerAnswer,
    ContainerGone,
    no_process,
)
from localcloud.sagemaker.endpoints.environments import Environments, Lease, StartFailure
from localcloud.sagemaker.endpoints.fleet import Launch, Variant
from localcloud.sagemaker.endpoints.serving.container import ServingContainer

if TYPE_CHECKING:
    from localcloud.sagemaker.endpoints.invocations import Request

# "4 MB"; that it is this many bytes is assumed.
PAYLOAD_BYTES = 4 << 20
MEBIBYTE = 1 << 20


class ServerlessVariant(Variant):
    """The execution environments of one serverless variant. It has no instances and no capture."""

    is_serverless = True
    payload_bytes = PAYLOAD_BYTES

    def __init__(
        self, name: str, weight: float, config_name: str, config: Mapping[str, Any], launch: Launch
    ) -> None:
        """`config` is a ServerlessConfig. The model is tried, and the provisioned concurrency
        started. Raises what `launch` raises."""
        super().__init__(name, weight, [], None, config_name, launch)
        self.memory_megabytes = int(config["MemorySizeInMB"])
        self._most = int(config["MaxConcurrency"])
        self._provisioned = int(config.get("ProvisionedConcurrency") or 0)
        self._environments = Environments(
            self._label, self._one_more, most=self._most, provisioned=self._provisioned
        )

    def try_model(self, given_up: Callable[[], bool]) -> None:
        """Start the provisioned concurrency; without any, see whether the model starts at all."""
        started = self._launch(max(1, self._provisioned), given_up)
        if self._provisioned:
            self._environments.add([self._limited(container) for container in started])
            return
        for container in started:
            container.stop()

    @property
    def environments(self) -> list[ServingContainer]:
        """The containers that are there now."""
        return self._environments.containers

    def grow(self, count: int, given_up: Callable[[], bool]) -> None:
        """Nothing: there are no instances."""

    def close(self) -> None:
        super().close()
        self._environments.close()

    def send(self, request: Request) -> ContainerAnswer:
        """POST a request to an environment of its own. Raises TooManyRequests or NotReady."""
        try:
            lease = self._environments.lease(INVOCATION_SECONDS)
        except StartFailure:
            # Assumed: it is told as a container that ends.
            return no_process()
        answer = no_process()
        try:
            with contextlib.suppress(ContainerGone):
                port = lease.environment.container.port
                answer = self._client.post(port, request, PAYLOAD_BYTES)
        finally:
            self._environments.give_back(lease, is_sound=answer.status != 0)
        return answer.measured(self._measures(lease))

    def stop(self) -> None:
        self._environments.stop()
        super().stop()

    def _one_more(self) -> ServingContainer:
        try:
            (container,) = self._launch(1, lambda: not self._instances.is_open)
        except Exception as error:
            raise StartFailure(str(error)) from error
        return self._limited(container)

    def _limited(self, container: ServingContainer) -> ServingContainer:
        if sys.platform.startswith("linux"):
            most = self.memory_megabytes * MEBIBYTE
            # It may have ended, or be of another user's namespace: then it is not bounded.
            with contextlib.suppress(OSError, ValueError):
                resource.prlimit(container.pid, resource.RLIMIT_DATA, (most, most))
        return container

    def _measures(self, lease: Lease) -> dict[str, float]:
        values = {"ServerlessConcurrentExecutionsUtilization": lease.concurrent / self._most}
        if lease.setup_seconds is not None:
            values["ModelSetupTime"] = lease.setup_seconds * 1e6
        if self._provisioned:
            within = lease.concurrent <= self._provisioned
            values["ServerlessProvisionedConcurrencyExecutions"] = float(lease.concurrent)
            values["ServerlessProvisionedConcurrencyUtilization"] = (
                lease.concurrent / self._provisioned
            )
            name = "Invocations" if within else "SpilloverInvocations"
            values[f"ServerlessProvisionedConcurrency{name}"] = 1.0
        return values
