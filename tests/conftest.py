"""What every suite shares: a fixed AWS environment, and the rule that a test of AWS's behaviour says
how it is known to match AWS."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
_WRONG = pytest.StashKey[list[str]]()
FIDELITY_MARKS = {"documented", "recorded", "local_only"}
SUITES_THAT_STATE_FIDELITY = ("e2e", "contract")

# Before anything imports boto3 or the SageMaker SDK: no test may reach a real account by accident.
if os.environ.get("TARGET") != "aws":
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(
        AWS_ACCESS_KEY_ID="testing",
        AWS_SECRET_ACCESS_KEY="testing",
        AWS_DEFAULT_REGION="us-east-1",
        AWS_REGION="us-east-1",
        AWS_EC2_METADATA_DISABLED="true",
    )
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

from tests import iam_calls  # noqa: E402 (it imports boto3)

_files_that_ran: set[str] = set()


def pytest_configure(config: pytest.Config) -> None:
    """Before the workers start: they inherit where calls are kept."""
    iam_calls.begin(config)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note which files ran, in whichever process."""
    if report.when == "call":
        _files_that_ran.add(report.nodeid.partition("::")[0])


def pytest_sessionfinish(session: pytest.Session) -> None:
    """After the whole suite: no permission without a use or a reason."""
    config = session.config
    if hasattr(config, "workerinput") or session.testsfailed:
        return
    if iam_calls.ran_whole(config, _files_that_ran):
        wrong = iam_calls.judge()
        config.stash[_WRONG] = wrong
        if wrong:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what is wrong with the permissions."""
    wrong = config.stash.get(_WRONG, [])
    if wrong:
        terminalreporter.section("permissions", red=True)
        for each in wrong:
            terminalreporter.line(each)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a contract or e2e test that does not say how it is known to match AWS, and any other test
    than an e2e one on a real account."""
    if os.environ.get("TARGET") == "aws":
        others = [item.nodeid for item in items if "/e2e/" not in str(item.path)]
        if others:
            raise pytest.UsageError(f"TARGET=aws is for tests/e2e only, not for {others[0]}")
    silent = [
        item.nodeid
        for item in items
        if any(f"/{suite}/" in str(item.path) for suite in SUITES_THAT_STATE_FIDELITY)
        and not FIDELITY_MARKS & {mark.name for mark in item.iter_markers()}
    ]
    if silent:
        listed = "\n  ".join(silent)
        raise pytest.UsageError(
            f"mark with documented(url), recorded(url) or local_only(reason):\n  {listed}"
        )


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's directory."""
    return ROOT
