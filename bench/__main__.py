"""`python -m bench [--data FILE] [--tests]`: measure, and write docs/benchmarks.md, and the section
"Under load" of docs/deployments.md.

It takes about half an hour; with `--tests`, `make test` is run and timed as well. With `--only`, one of
the measurements is made, and its rows of the page are written anew.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from bench import (
    data_quality_time,
    demo_time,
    model_checks_time,
    pipeline_time,
    preprocess_time,
    server_memory,
    synth_time,
)
from bench.prod_load import measure as prod_load
from bench.prod_load import report as prod_load_report
from bench.report import (
    Handler,
    Results,
    data_quality_row,
    demo_rows,
    handler_rows,
    markdown,
    memory_row,
    pipeline_row,
    tests_row,
)
from bench.table import Row, updated
from bench.timing import Pair, run, seconds
from demo import abalone_data, clients, deploying, loop
from demo.local_cloud import REGION, LocalCloud
from demo.narration import Narration
from tests.unit.lambdas import cold_start

PAGE = Path("docs/benchmarks.md")
DEPLOYMENTS = Path("docs/deployments.md")
REASONS = Path(__file__).with_name("reasons.md")
HANDLERS = tuple(sorted(file.parent.name for file in Path("lambdas").glob("*/lambda_function.py")))
# The measurements that can be made alone, given a scratch directory and the data set, if any.
PARTS: dict[str, Callable[[Path, Path | None], Sequence[Row]]] = {
    "data-quality": lambda scratch, data: [
        data_quality_row(size) for size in data_quality_time.measure(scratch)
    ],
    "demo": lambda scratch, data: demo_rows(demo_time.measure(data)),
    "handlers": lambda scratch, data: handler_rows([_handler(name) for name in HANDLERS]),
    "loop": lambda scratch, data: _loop_rows(*_on_a_cloud(scratch, data)),
    "model-checks": lambda scratch, data: [
        model_checks_time.row(size) for size in model_checks_time.measure(scratch)
    ],
    "prod-load": lambda scratch, data: _prod_load_rows(scratch),
    "preprocess": lambda scratch, data: preprocess_time.rows(preprocess_time.measure(scratch)),
    "tests": lambda scratch, data: [tests_row(seconds(lambda: run(["make", "test"], os.environ)))],
}


def main() -> int:
    """Measure everything, one thing after the other: two cores are not to be shared."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--data", type=Path, help="a CSV file in UCI Abalone's form")
    parser.add_argument("--tests", action="store_true", help="run and time make test as well")
    parser.add_argument("--only", choices=PARTS, help="measure only this")
    arguments = parser.parse_args()
    say = Console(stderr=True, highlight=False).print
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        if arguments.only:
            rows = PARTS[arguments.only](scratch, arguments.data)
            PAGE.write_text(updated(PAGE.read_text(), rows, REASONS.read_text()), encoding="utf-8")
            say(f"wrote {len(rows)} rows of {PAGE}")
            return 0
        say("Lambda handlers …")
        handlers = tuple(_handler(name) for name in HANDLERS)
        say("cdk synth …")
        synth = synth_time.measure(scratch, validating=True)
        synth_alike = synth_time.measure(scratch, validating=False)
        say("data-quality statistics …")
        data_quality = data_quality_time.measure(scratch)
        say("bias and explainability …")
        model_checks = model_checks_time.measure(scratch)
        say("preprocessing …")
        preprocess = preprocess_time.measure(scratch)
        say("the loop, deployed …")
        pipeline, memory = _on_a_cloud(scratch, arguments.data)
        say("prod under load …")
        load_rows = _prod_load_rows(scratch / "load")
        say("make demo …")
        demo = demo_time.measure(arguments.data)
        tests = None
        if arguments.tests:
            say("make test …")
            try:
                tests = seconds(lambda: run(["make", "test"], os.environ))
            except RuntimeError as failure:
                # A run that failed is no measurement; the rest is.
                say(str(failure), markup=False)
    results = Results(
        pipeline,
        demo,
        synth,
        synth_alike,
        handlers,
        memory,
        data_quality,
        model_checks,
        preprocess,
        tuple(load_rows),
        tests,
        REASONS.read_text(),
    )
    PAGE.write_text(markdown(results), encoding="utf-8")
    say(f"wrote {PAGE}")
    return 0


def _handler(name: str) -> Handler:
    measured = cold_start.measure(name)
    return Handler(name, measured.milliseconds, measured.asset_bytes / 1024)


def _loop_rows(pipeline: Pair, memory: server_memory.Memory) -> list[Row]:
    return [pipeline_row(pipeline), memory_row(memory)]


def _prod_load_rows(scratch: Path) -> list[Row]:
    """Measure; docs/deployments.md gets its section as well."""
    outcomes = prod_load.measure(scratch, _unused_port(), REGION)
    section = prod_load_report.table(outcomes)
    page = prod_load_report.updated(DEPLOYMENTS.read_text(encoding="utf-8"), section)
    DEPLOYMENTS.write_text(page, encoding="utf-8")
    return list(map(prod_load_report.row, outcomes))


def _on_a_cloud(scratch: Path, data: Path | None) -> tuple[Pair, server_memory.Memory]:
    """Deploy, take one push to production, and measure on what is there then."""
    if data is None:
        data = scratch / "abalone.csv"
        abalone_data.write(data)
    narration = Narration(Console(stderr=True, highlight=False))
    cloud = LocalCloud(_unused_port(), scratch / "state")
    try:
        deploying.deploy(narration, cloud, scratch / "cdk.out")
        aws = clients.make(cloud.endpoint_url, REGION)
        loop.give_data(narration, aws, data, str(data))
        made = loop.push(narration, aws, cloud.environment())
        loop.build_and_train(narration, aws, made)
        loop.approve_and_deploy(narration, aws, made)
        memory = server_memory.measure(cloud.pid)
        name = clients.stack_outputs(aws, loop.BUILD_STACK)["SageMakerPipelineName"]
        pair = pipeline_time.measure(aws.sagemaker, name, data, scratch)
    finally:
        cloud.stop()
    return pair, memory


def _unused_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


if __name__ == "__main__":
    sys.exit(main())
