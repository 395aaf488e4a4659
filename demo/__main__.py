"""`python -m demo run` and `python -m demo up`: what `make demo` and `make up` call."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import tempfile
import threading
from pathlib import Path
from types import FrameType

from demo import abalone_data, clients, deploying, drift, loop, proof, summary, updates
from demo.errors import StageFailed
from demo.local_cloud import REGION, LocalCloud
from demo.narration import Narration
from demo.traffic import Traffic

DEFAULT_PORT = 4510


def main() -> int:
    """0 when all went well, 1 when a stage failed, 130 when it was interrupted."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (("run", "the whole loop, once"), ("up", "deploy the stacks, and stay")):
        command = commands.add_parser(name, help=text)
        command.add_argument("--port", type=int, default=DEFAULT_PORT)
        command.add_argument("--checks", help="the check engine: native or open")
        if name == "run":
            command.add_argument("--data", type=Path, help="a CSV file in UCI Abalone's form")
            command.add_argument("--picture", type=Path, help="also draw what is printed, as SVG")
    arguments = parser.parse_args()
    narration = Narration()
    cloud = LocalCloud(arguments.port)
    # SIGINT too: a shell that starts something in the background has it ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        if arguments.command == "up":
            return _up(narration, cloud, arguments.checks)
        status = _run(narration, cloud, arguments.data, arguments.checks)
        if arguments.picture:
            narration.draw(arguments.picture)
        return status
    except StageFailed as failure:
        narration.line("[red]✗[/]", failure.stage, "")
        narration.console.print(failure.reason, style="red", markup=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        narration.console.print("interrupted: the local cloud is stopped, nothing is left running")
        return 130
    finally:
        # A second Ctrl-C must not leave the cloud behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        cloud.stop()


def _run(narration: Narration, cloud: LocalCloud, data: Path | None, checks: str | None) -> int:
    if data is not None and not data.is_file():
        raise StageFailed("look for the data", f"{data} is not a file")
    with tempfile.TemporaryDirectory() as scratch:
        what = f"{data}"
        if data is None:
            data = Path(scratch) / "abalone.csv"
            abalone_data.write(data)
            what = (
                f"a made-up data set in UCI Abalone's form ({abalone_data.ROWS} rows, seed "
                f"{abalone_data.SEED}; DATA=file uses your own)"
            )
        settings = deploying.demo_settings(checks, updates.PROD_SETTINGS)
        deploying.deploy(narration, cloud, settings=settings)
        aws = clients.make(cloud.endpoint_url, REGION)
        loop.give_data(narration, aws, data, what)
        made = loop.push(narration, aws, cloud.environment())
        loop.build_and_train(narration, aws, made)
        package = loop.approve_and_deploy(narration, aws, made)
        proof.compare_prod_with_model(narration, aws, package)
        drift.retrain(narration, aws, cloud.environment())
        second = loop.newest_version(aws)
        prod = updates.prod_endpoint(aws)
        with Traffic(
            cloud.endpoint_url, REGION, prod, proof.golden_inputs(aws, package)
        ) as traffic:
            updates.replace_and_roll_back(narration, aws, traffic, made.package_arn, second)
        drift.retrain_on_shifted_data(narration, aws, cloud.environment(), data)
    with narration.stage("sum up"):
        table = summary.table(narration, aws, made, package)
    narration.console.print(table)
    return 0


def _up(narration: Narration, cloud: LocalCloud, checks: str | None) -> int:
    deploying.deploy(narration, cloud, settings=deploying.demo_settings(checks, {}))
    narration.console.print("\nin another terminal, to point aws, boto3, git and cdk at it:\n")
    for name, value in cloud.exports().items():
        narration.console.print(f"export {name}={shlex.quote(value)}", markup=False, soft_wrap=True)
    outputs = clients.stack_outputs(clients.make(cloud.endpoint_url, REGION), loop.BUILD_STACK)
    narration.console.print("\nand then, for example:\n")
    for command in (
        f"aws s3 cp abalone.csv {outputs['InputDataUrl']}",
        f"git clone {outputs['RepositoryCloneUrlHttp']}",
        f"aws codepipeline get-pipeline-state --name {outputs['CodePipelineName']}",
    ):
        narration.console.print(command, markup=False, soft_wrap=True)
    narration.console.print("\nit stays until Ctrl-C")
    threading.Event().wait()
    return 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
