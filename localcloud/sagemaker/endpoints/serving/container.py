"""Starting what serves a model: the image's model server, in a container of its own."""

from __future__ import annotations

import shutil
import socket
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

from localcloud import clients
from localcloud.cloud import current
from localcloud.sagemaker.containers import container, images
from localcloud.sagemaker.containers.container import Container, ContainerDirectory

# https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
STOP_SECONDS = 30.0


class ServingContainer:
    """A container that answers HTTP on `port` of this machine's loopback interface."""

    def __init__(self, started: Container, directory: Path, port: int) -> None:
        self._container = started
        self._directory = directory
        self.port = port
        self.pid = started.pid

    def is_running(self) -> bool:
        """Whether its process is still there."""
        return self._container.wait(0) is None

    @property
    def has_ended(self) -> bool:
        """Whether its process has ended; asking takes no time."""
        return self._container.has_ended

    def wait_for_end(self) -> None:
        """Return once its process has ended."""
        self._container.wait()

    def stop(self) -> None:
        """SIGTERM, then SIGKILL after 30 seconds; its files are removed."""
        self._container.stop(STOP_SECONDS)
        shutil.rmtree(self._directory, ignore_errors=True)


def start_serving(
    image_uri: str,
    *,
    fill_model_directory: Callable[[Path], None],
    environment: Mapping[str, str],
    session: clients.Credentials,
    log: Callable[[list[str]], None],
) -> ServingContainer:
    """Start an image's model server; `fill_model_directory` puts the model into /opt/ml/model.

    What it raises passes through, and nothing is left behind then.
    """
    image = images.require_serving(image_uri)
    path = current().directory("sagemaker", "endpoints", uuid.uuid4().hex)
    try:
        directory = ContainerDirectory(path)
        fill_model_directory(directory.make("model"))
        with socket.create_server(("127.0.0.1", 0)) as listener:
            started = container.start(
                framework=image.framework,
                program=image.serving(environment),
                directory=directory,
                environment={
                    **environment,
                    **session.environment(),
                    "AWS_ENDPOINT_URL": current().settings.endpoint_url,
                },
                sockets={"LISTEN_FD": listener.fileno()},
                on_output=log,
            )
            return ServingContainer(started, path, listener.getsockname()[1])
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise
