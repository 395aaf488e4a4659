"""The loop with faults to put into it: the stacks, what is live, and what good runs called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.deployed import Deployed
from tests.faults import pipelines, stacks
from tests.faults.counts import Counts
from tests.faults.injector import HUNG, Armed, Injector, Point
from tests.faults.prober import Prober
from tests.faults.scenarios import Loop
from tests.unit.lambdas.assets import HANDLERS

# What a hung function has instead of its minute.
HUNG_SECONDS = 8
DEPLOYMENTS_BEFORE = 6


@dataclass(frozen=True)
class Bench:
    """The loop with the injector in it, and what good runs called."""

    loop: Loop
    injector: Injector
    points: dict[str, list[Point]]
    prod: Prober
    staging: Prober
    counts: Counts

    def survive(self, point: Point, kind: str) -> None:
        """Put one fault, and see the loop come to the right end."""
        first = "sagemaker:CreateEndpoint" in point.calls
        with ExitStack() as stack:
            if not first:  # it has no endpoint then
                stack.enter_context(self.staging.asking())
            if kind == HUNG:
                stack.enter_context(short_timeout(self.loop.deployed, point.function))
            armed = stack.enter_context(self.injector.fault(point, kind))
            try:
                how = self.scenario(point.function, first)()
            finally:
                self._count(armed)
        assert armed.fired, f"{point} was not called"
        assert not self.prod.failures, f"{kind} at {point}: prod: {self.prod.failures}"
        assert not self.staging.failures, f"{kind} at {point}: staging: {self.staging.failures}"
        lost = stacks.undelivered(self.loop.deployed)
        assert not lost, f"{kind} at {point}: {lost}"
        self.counts.ended(point.function, kind, how)

    def _count(self, armed: Armed) -> None:
        point = armed.point
        if armed.fired:
            self.counts.happened(point.function, armed.kind)
            self.counts.calls[point.function].add(point.calls[-1].partition(" ")[0])

    def scenario(self, function: str, first: bool) -> Callable[[], str]:
        """The part of the loop in which a function is called."""
        if function == "start_pipeline":
            return self.loop.train
        if function == "relax_baseline":
            return self.loop.train_directly
        if function in ("find_live_version", "judge_scores", "answer_callback"):
            return self.loop.score
        return self.loop.deploy_first if first else self.loop.deploy


@contextmanager
def made(directory: Path, root: Path) -> Iterator[Bench]:
    """The stacks with a version in staging and prod, and the calls of a good run of each part."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.chdir(root)
        patch.setenv("PATH", f"{root}/.venv/bin:{root}/node_modules/.bin", prepend=":")
        deployed = stack.enter_context(stacks.deployed(directory))
        files = stacks.Files(deployed)
        pipelines.make_training_pipeline(deployed, files)
        pipelines.make_scoring_pipeline(deployed, files)
        stacks.see_messages_again_soon(deployed)
        injector = Injector(directory_of)
        stack.enter_context(injector.installed())
        # The first makes the endpoints, and a training then finds an approved version; from the sixth on
        # each removes what an older version left, so that all make the same calls.
        for _ in range(DEPLOYMENTS_BEFORE):
            Loop(deployed, files, "").deploy()
        loop = Loop(deployed, files, stacks.make_train_action(deployed))
        stacks.wait_for_no_run(deployed, loop.train_pipeline)
        good = len(injector.invocations)
        for scenario in (
            loop.deploy,
            loop.deploy_first,
            loop.train,
            loop.train_directly,
            loop.score,
        ):
            scenario()
        points = injector.points(good)
        prod = Prober(lambda: loop.invoke("prod"))
        staging = Prober(lambda: loop.invoke("staging"))
        counts = Counts("loop")
        stack.enter_context(prod.asking())
        yield Bench(
            loop,
            injector,
            {name: [each for each in points if each.function == name] for name in HANDLERS},
            prod,
            staging,
            counts,
        )
        counts.facts["answers of the prod endpoint meanwhile"] = prod.answers
        counts.facts["answers of the staging endpoint meanwhile"] = staging.answers
        counts.write()


def directory_of(function_arn: str) -> str | None:
    """The folder of `lambdas/` that a deployed function comes from."""
    for name in HANDLERS:
        if "".join(part.capitalize() for part in name.split("_")) in function_arn:
            return str(name)
    return None


@contextmanager
def short_timeout(deployed: Deployed, directory: str) -> Iterator[None]:
    """While a function has only a few seconds."""
    part = "".join(word.capitalize() for word in directory.split("_"))
    name, functions = deployed.function(part), deployed.client("lambda")
    before = functions.get_function_configuration(FunctionName=name)["Timeout"]
    functions.update_function_configuration(FunctionName=name, Timeout=HUNG_SECONDS)
    try:
        yield
    finally:
        functions.update_function_configuration(FunctionName=name, Timeout=before)
