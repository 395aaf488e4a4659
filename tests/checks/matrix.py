"""The contract of DESIGN's table, cell by cell: what a check does for its two flags.

Each cell is one execution. `state` is what there is to compare with: nothing (the first run), an
approved version's baseline, or a baseline that a person supplied, which wins.
"""

from __future__ import annotations

import itertools

import pytest

from tests.checks.checked_cloud import BUCKET, FILES, NAMES, QUALITY, CheckedCloud, Execution

FLAGS = [(True, True), (False, False), (False, True), (True, False)]
STATES = ("first run", "approved version", "supplied baseline")
CELLS = [
    pytest.param(kind, skip, register, state, id=f"{kind}-{skip}-{register}-{state}")
    for kind, (skip, register), state in itertools.product(NAMES, FLAGS, STATES)
]


class Matrix:
    """The cells of one engine."""

    def __init__(self, checked: CheckedCloud) -> None:
        self.checked = checked
        self._baselines: dict[str, tuple[str, Execution]] = {}

    def baseline(self, kind: str) -> tuple[str, Execution]:
        """A pipeline whose group has an approved version, and the run that registered it."""
        if kind not in self._baselines:
            pipeline, _ = self.checked.pipeline(kind)
            first = self.checked.run(pipeline, kind, skip=True, register=True)
            assert first.status == "Succeeded", first.steps
            self.checked.approve(first.version)
            self._baselines[kind] = (pipeline, first)
        return self._baselines[kind]

    def supplied(self, kind: str) -> dict[str, str]:
        """A copy of a baseline elsewhere, as the parameters of a person."""
        _, first = self.baseline(kind)
        copies = {}
        for name in FILES[kind in QUALITY]:
            key = f"supplied/{kind}/{name}"
            source = {"Bucket": BUCKET, "Key": f"{first.output}/{name}"}
            self.checked.cloud.client("s3").copy_object(Bucket=BUCKET, Key=key, CopySource=source)
            copies[name] = f"s3://{BUCKET}/{key}"
        if kind not in QUALITY:
            return {f"{NAMES[kind]}SuppliedBaselineConstraints": copies["analysis.json"]}
        return {
            f"{NAMES[kind]}SuppliedStatistics": copies["statistics.json"],
            f"{NAMES[kind]}SuppliedConstraints": copies["constraints.json"],
        }

    def check_cell(self, kind: str, skip: bool, register: bool, state: str) -> None:
        """Run the cell, and assert what the contract says of it."""
        if state == "first run":
            pipeline, _ = self.checked.pipeline(kind)
            run = self.checked.run(pipeline, kind, skip=skip, register=register)
            if not (skip and register):
                self._fails_for_want_of_a_baseline(run, skip)
                return
            previous: dict[str, str] = {}
        elif state == "approved version":
            pipeline, first = self.baseline(kind)
            run = self.checked.run(pipeline, kind, skip=skip, register=register)
            previous = self.checked.registered(first)[1]
        else:
            pipeline, _ = self.checked.pipeline(kind)
            given = self.supplied(kind)
            run = self.checked.run(pipeline, kind, skip=skip, register=register, **given)
            names = {"Constraints": "Constraints", "Statistics": "Statistics"}
            previous = {
                name: uri for name in names for key, uri in given.items() if key.endswith(name)
            }
        assert run.status == "Succeeded", run.steps
        compared = "constraint_violations.json" in self.checked.files(run)
        assert compared is not skip
        self._registers(run, register, previous)

    def _fails_for_want_of_a_baseline(self, run: Execution, skip: bool) -> None:
        assert run.status == "Failed"
        assert "Register" not in run.steps
        purpose = "to be carried over" if skip else "to compare with"
        reason = self.checked.reason(run)
        assert f"here is no previous baseline {purpose}" in reason
        assert "approve the version" in reason

    def _registers(self, run: Execution, register: bool, previous: dict[str, str]) -> None:
        """The new version's metrics are the new files; its baseline is the new or the previous."""
        calculated, baseline = self.checked.registered(run)
        names = {"Constraints", "Statistics"} if run.kind in QUALITY else {"Constraints"}
        assert set(calculated) == set(baseline) == names
        expected = calculated if register else previous
        for name in names:
            assert calculated[name].startswith(f"s3://{BUCKET}/{run.output}/")
            wanted = self.checked.content(expected[name])
            assert self.checked.content(baseline[name]) == wanted
            if self.checked.engine == "native":
                # The service names the previous files themselves; a job can only copy them.
                assert baseline[name] == expected[name]
