"""Every cloud of the end-to-end tests leaves its roles and calls; the run fails on what nobody explains.

A cloud's calls are kept when its tests are over (`keep`). A denial that `tools/iam_report/acknowledged.toml`
does not list fails the tests of that cloud; permissions that nobody used can only be judged when the whole
suite ran, at the end of the run (`judge`). `make iam-report` writes the page from the same files.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tools.iam_report import acknowledgements, page, snapshot
from tools.iam_report.usage import denials

ROOT = Path(__file__).resolve().parents[1]
SUITE = "tests/e2e"
VARIABLE = "IAM_CALLS_DIR"


def begin(config: pytest.Config) -> None:
    """Choose an empty directory, in the process that starts the workers."""
    if VARIABLE in os.environ or hasattr(config, "workerinput"):
        return
    cache = getattr(config, "cache", None)  # not there with `-p no:cacheprovider`
    directory = Path(cache.mkdir("iam-calls")) if cache else None
    if directory is not None:
        shutil.rmtree(directory)
        directory.mkdir()
        os.environ[VARIABLE] = str(directory)


def keep(endpoint_url: str, region: str, state: Path) -> None:
    """Write down what a cloud's roles may do and did. Raises AssertionError for an unexpected denial."""
    taken = snapshot.take(endpoint_url, region, state / "iam" / "calls.jsonl")
    directory = os.environ.get(VARIABLE)
    if directory:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        (Path(directory) / f"{worker}-{state.parent.name}.json").write_text(taken.as_json())
    known = [each for each in acknowledgements.load() if each.kind == "denied"]
    unexpected = [
        f"{call.role} was denied {call.action} on {call.resource} ({call.reason})"
        for call in denials(taken)
        if not any(each.covers(call.role, call.action) for each in known)
    ]
    assert not unexpected, "\n".join(["denied, and no test expects it:", *unexpected])


def keep_calls(state: Path, stacks: tuple[str, ...]) -> None:
    """Write down what was called on a cloud that has ended; its roles are those of another."""
    directory = os.environ.get(VARIABLE)
    if directory:
        calls = snapshot.calls_of(state / "iam" / "calls.jsonl", stacks)
        name = f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}-{state.parent.name}.json"
        (Path(directory) / name).write_text(snapshot.Snapshot({}, calls).as_json())


def ran_whole(config: pytest.Config, files: set[str]) -> bool:
    """Whether every file of end-to-end tests is among those that ran, and no test was left out."""
    chosen = config.option.keyword or config.option.markexpr or config.option.deselect
    parts = any("::" in str(argument) for argument in config.args)
    every = {str(file.relative_to(ROOT)) for file in (ROOT / SUITE).rglob("test_*.py")}
    return not chosen and not parts and every <= files


def judge() -> list[str]:
    """What is wrong with the permissions of a whole run, one sentence each."""
    found = snapshot.read(Path(os.environ[VARIABLE]))
    known = acknowledgements.load()
    wrong = acknowledgements.problems(found, known)
    if not wrong and page.render(found, known) != page.PAGE.read_text():
        wrong.append("docs/iam.md is not what this run shows: write it anew with `make iam-report`")
    return wrong
