"""The loop from an empty cloud to production, in a process of its own: `python -m tests.faults.loop_driver
endpoint state-directory`. It says each stage as it ends; a server that is killed ends it."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console

from demo import abalone_data, clients, deploying, loop
from demo.errors import StageFailed
from demo.local_cloud import REGION
from demo.narration import Narration
from tests.faults.stacks import InProcess

DONE = "the loop has ended"


def main() -> int:
    """0 when a version is in production."""
    endpoint, state = sys.argv[1], Path(sys.argv[2])
    narration = Narration(Console(width=200, force_terminal=False))
    cloud = InProcess(endpoint, state)
    data = state.parent / "abalone.csv"
    abalone_data.write(data)
    try:
        deploying.deploy(narration, cloud, state.parent / "cdk.out")
        aws = clients.make(endpoint, REGION)
        loop.give_data(narration, aws, data, "made-up data")
        made = loop.push(narration, aws, cloud.environment())
        loop.build_and_train(narration, aws, made)
        loop.approve_and_deploy(narration, aws, made)
    except StageFailed as failure:
        narration.line("✗", failure.stage, failure.reason)
        return 1
    narration.line("✓", DONE, "")
    return 0


if __name__ == "__main__":
    sys.exit(main())
