"""Synth is a pure function of the commit and its configuration, and says what is wrong with that."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from .assemblies import Assemblies
from .configurations import CONFIGURATIONS, STACKS
from .synthesis import CLOCK_AHEAD_DAYS, ROOT, environment, moved_clock, offline, start


def files(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_synth_twice_is_byte_identical(assembly: Assemblies, configuration: str) -> None:
    """The second time 500 days later, elsewhere on earth, with other hashes."""
    first, second = files(assembly(configuration)), files(assembly(configuration, again=True))
    assert first.keys() == second.keys()
    assert {f"{stack}.template.json" for stack in STACKS} < first.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_the_least_configuration_makes_all_stacks(assembly: Assemblies) -> None:
    made = {path.name for path in assembly("default").glob("*.template.json")}
    assert made == {f"{stack}.template.json" for stack in STACKS}


def test_the_committed_configuration_is_the_least_one() -> None:
    cdk = json.loads((ROOT / "cdk.json").read_text())
    assert cdk["context"]["slipway"] == {"project": "abalone"}


def test_the_network_was_really_taken_away() -> None:
    if not offline():
        pytest.skip("this kernel gives no network namespace to its users")
    probe = "import socket; socket.create_connection(('127.0.0.1', 9), timeout=5)"
    ran = subprocess.run(
        [*offline(), sys.executable, "-c", probe], capture_output=True, text=True, check=False
    )
    assert "Network is unreachable" in ran.stderr


def test_the_clock_was_really_moved() -> None:
    """In Python, by each of its functions, and in node, which makes the templates."""
    python = (
        "import time, datetime as d; z = d.timezone.utc; "
        "print(time.time(), time.time_ns() / 1e9, time.mktime(time.localtime()), "
        "d.datetime.now(z).timestamp(), d.datetime.today().timestamp(), "
        "d.datetime.utcnow().replace(tzinfo=z).timestamp(), "
        "time.mktime(time.strptime(time.strftime('%c'))))"
    )
    node = shutil.which("node", path=environment()["PATH"])
    assert node is not None
    javascript = "console.log(Date.now() / 1000, new Date().getTime() / 1000, +new Date(0))"
    shown = [
        subprocess.run(
            command, env=environment(**moved_clock()), capture_output=True, text=True, check=True
        ).stdout.split()
        for command in ([sys.executable, "-W", "ignore", "-c", python], [node, "-e", javascript])
    ]
    assert shown[1].pop() == "0"
    clocks = [float(each) for each in [*shown[0], *shown[1]]]
    assert len(clocks) == 9
    ahead = CLOCK_AHEAD_DAYS * 24 * 60 * 60
    assert [each for each in clocks if not 0 <= time.time() + ahead - each < 60] == []


def test_there_are_no_credentials(tmp_path: Path) -> None:
    """botocore, which the CDK's own tools look for credentials like, finds none in that environment."""
    probe = "import botocore.session as s; print(s.get_session().get_credentials())"
    ran = subprocess.run(
        [*offline(), sys.executable, "-c", probe],
        env=environment(HOME=str(tmp_path), AWS_EC2_METADATA_DISABLED="true"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "None"


def test_templates_name_no_account_region_or_machine(assembly: Assemblies) -> None:
    for stack in STACKS:
        text = (assembly("default") / f"{stack}.template.json").read_text()
        assert str(ROOT) not in text
        assert not re.search(r"\b\d{12}\b", text)
        assert not re.search(r"\b(?:us|eu|ap|sa|ca|me|af)-[a-z]+-\d\b", text)


def test_assets_hold_source_files_only(assembly: Assemblies) -> None:
    allowed = {".py", ".txt", ".cfg", ".ini", ".ipynb", ".md", ".yml"}
    in_assets = [
        path
        for asset in assembly("default").glob("asset.*")
        for path in asset.rglob("*")
        if path.is_file()
    ]
    assert in_assets
    odd = {path.name for path in in_assets if path.suffix not in allowed}
    assert odd <= {".gitignore"}


def test_function_assets_are_small(assembly: Assemblies) -> None:
    for asset in assembly("default").glob("asset.*"):
        if (asset / "lambda_function.py").exists():
            assert sum(path.stat().st_size for path in asset.rglob("*.py")) < 200_000


@pytest.mark.parametrize(
    ("slipway", "sentence"),
    [
        (
            {"project": "abalone", "stages": {"prod": {"initial_instance_count": 0}}},
            "slipway.stages.prod.initial_instance_count is 0; it must be a whole number from 1 to 100",
        ),
        (None, 'the context key "slipway" is missing from cdk.json'),
    ],
)
def test_app_ends_with_one_sentence(tmp_path: Path, slipway: Any, sentence: str) -> None:
    process = start(tmp_path / "cdk.out", slipway)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors.startswith(f"configuration: {sentence}")
    assert errors.count("\n") == 1
    assert output == ""
    assert list((tmp_path / "cdk.out").glob("*.template.json")) == []


@pytest.mark.skipif(not (ROOT / "node_modules/.bin/cdk").exists(), reason="no CDK CLI")
def test_cli_ends_with_the_same_sentence(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    for name in ("app.py", "infra", "lambdas", "pipeline_code"):
        (project / name).symlink_to(ROOT / name)
    cdk = json.loads((ROOT / "cdk.json").read_text())
    cdk["context"]["slipway"] = {"project": "abalone", "stage": {}}
    (project / "cdk.json").write_text(json.dumps(cdk))
    node = shutil.which("node", path=environment()["PATH"])
    assert node is not None
    ran = subprocess.run(
        [node, str(ROOT / "node_modules/.bin/cdk"), "synth", "--quiet", "--no-notices"],
        cwd=project,
        env=environment(HOME=str(tmp_path), CI="true", CDK_DISABLE_CLI_TELEMETRY="true")
        | {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.defpath])},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 1
    said = ran.stdout + ran.stderr
    assert "configuration: slipway.stage is not a setting (did you mean stages?); known: " in said
    assert "Traceback" not in said
