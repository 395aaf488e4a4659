"""Training on several hosts: who takes part, and XGBoost's communication among them.

As the container's distributed.py: hosts without data leave, the first of the others (by name) is the
master, runs the tracker, and alone saves the model. On AWS the hosts meet at port 9099 of the first
host, twice. Here all hosts share one machine's network, so they meet at a socket that is open before any
of them starts, and hear the tracker's port there.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import sys
from collections.abc import Callable, Sequence
from typing import Any

_ADDRESS = "127.0.0.1"
# The listening socket, for the first host; its port, for the others.
LISTENER = "RENDEZVOUS_FD"
PORT = "RENDEZVOUS_PORT"
# Kept to the process's end: one that is freed waits for hosts that may have failed.
_trackers: list[Any] = []


def run(
    train: Callable[[bool], None], *, included: bool, hosts: Sequence[str], current_host: str
) -> None:
    """Call `train` (with whether this host is the master) on every host that is included.

    Ends the program on the others. RuntimeError when no host is.
    """
    own = {"host": current_host, "included": included}
    answer = _gather(own, len(hosts)) if LISTENER in os.environ else _ask(own)
    taking_part = answer["hosts"]
    if not taking_part:
        raise RuntimeError("No hosts received training data.")
    is_master = current_host == taking_part[0]
    if not included:
        logging.warning(f"Host {current_host} not being used for distributed training.")
    elif len(taking_part) == 1:
        train(is_master)
    else:
        from xgboost import collective

        # Not as a context: that would wait for the other hosts when this one has failed.
        collective.init(
            dmlc_communicator="rabit",
            dmlc_tracker_uri=_ADDRESS,
            dmlc_tracker_port=answer["port"],
            dmlc_task_id=current_host,
        )
        train(is_master)
        collective.finalize()
    for tracker in _trackers:
        tracker.wait_for()
    if not included:
        sys.exit(0)


def _gather(own: dict[str, Any], count: int) -> dict[str, Any]:
    """On the first host: hear the others, start the tracker, tell them."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket(fileno=int(os.environ[LISTENER])))
        told, connections = [own], []
        for _ in range(count - 1):
            connection, _address = listener.accept()
            connections.append(stack.enter_context(connection))
            told.append(_receive(connection))
        taking_part = sorted(each["host"] for each in told if each["included"])
        answer = {"hosts": taking_part, "port": 0}
        if len(taking_part) > 1:
            from xgboost.tracker import RabitTracker

            # Ranks follow the hosts' names, so that the master is the one that prints.
            tracker = RabitTracker(n_workers=len(taking_part), host_ip=_ADDRESS, sortby="task")
            tracker.start()
            _trackers.append(tracker)
            answer["port"] = tracker.worker_args()["dmlc_tracker_port"]
        for connection in connections:
            _send(connection, answer)
    return answer


def _ask(own: dict[str, Any]) -> dict[str, Any]:
    with socket.create_connection((_ADDRESS, int(os.environ[PORT]))) as connection:
        _send(connection, own)
        return _receive(connection)


def _send(connection: socket.socket, message: dict[str, Any]) -> None:
    connection.sendall(json.dumps(message).encode() + b"\n")


def _receive(connection: socket.socket) -> dict[str, Any]:
    with connection.makefile("rb") as lines:
        line = lines.readline()
    if not line:
        raise RuntimeError("Failed to connect to Rabit Tracker")
    message: dict[str, Any] = json.loads(line)
    return message
