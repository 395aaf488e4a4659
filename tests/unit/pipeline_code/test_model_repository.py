"""The model repository passes its own tests, in the conditions in which its build runs them."""

from __future__ import annotations

import configparser
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

REPOSITORY = Path(__file__).resolve().parents[3] / "pipeline_code"


@pytest.fixture
def build_environment(tmp_path: Path) -> dict[str, str]:
    """An environment without AWS credentials, configuration or endpoint."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | {"HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}


def test_model_repository_passes_its_own_tests(
    build_environment: dict[str, str], tmp_path: Path
) -> None:
    report = tmp_path / "junit.xml"
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "tests", "-q", "-p", "no:cacheprovider"),
            *(f"--junitxml={report}", f"--basetemp={tmp_path / 'work'}"),
        ],
        cwd=REPOSITORY,
        env=build_environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]
    counted = re.search(r'errors="0" failures="0" skipped="0" tests="(\d+)"', report.read_text())
    assert counted, report.read_text()[:500]
    assert int(counted[1]) > 50


def test_buildspec_runs_the_tests_before_it_touches_sagemaker() -> None:
    buildspec = yaml.safe_load((REPOSITORY / "codebuild-buildspec.yml").read_text())
    assert buildspec["version"] == 0.2
    phases = buildspec["phases"]
    assert list(phases) == ["install", "pre_build", "build"]
    assert "python -m pytest tests" in phases["pre_build"]["commands"][0]
    assert len(phases["build"]["commands"]) == 2
    for build in phases["build"]["commands"]:
        assert "run-pipeline " in build
        assert "--start" not in build
        assert "--wait" not in build


@pytest.mark.parametrize(
    "vpc", [{}, {"SUBNET_IDS": "subnet-0a,subnet-0b", "SECURITY_GROUP_IDS": "sg-0c"}]
)
def test_buildspec_arguments_are_json_with_the_variables_of_the_build(
    tmp_path: Path, vpc: dict[str, str]
) -> None:
    """The shell's quoting is right: run the command with a stand-in that shows its arguments."""
    buildspec = yaml.safe_load((REPOSITORY / "codebuild-buildspec.yml").read_text())
    build, _ = buildspec["phases"]["build"]["commands"]
    stand_in = tmp_path / "run-pipeline"
    stand_in.write_text(
        f"#!{sys.executable}\nimport json, sys\nsys.stdout.write(json.dumps(sys.argv[1:]))\n"
    )
    stand_in.chmod(0o755)
    variables = {
        "AWS_REGION": "eu-west-1",
        "SAGEMAKER_PIPELINE_NAME": "AbalonePipeline",
        "SAGEMAKER_PIPELINE_ROLE_ARN": "arn:aws:iam::123456789012:role/path/Role",
        "MODEL_PACKAGE_GROUP_NAME": "AbalonePackageGroup",
        "ARTIFACT_BUCKET": "a-bucket",
        "INPUT_DATA_URL": "s3://a-bucket/data/abalone.csv",
        "METRIC_THRESHOLD": "6.0",
        "CHECK_ENGINE": "native",
        "MODEL_QUALITY_TOLERANCE": "0.1",
        "BIAS_TOLERANCE": "0.05",
        "RELAX_BASELINE_FUNCTION_ARN": "arn:aws:lambda:eu-west-1:123456789012:function:Relax",
        "GATE_TRAINING_ON_DATA_CHECKS": "true",
        "LIVE_MODEL_TOLERANCE": "off",
        "SAGEMAKER_PROJECT_NAME": "abalone",
        "CODEBUILD_RESOLVED_SOURCE_VERSION": "0123abcd",
        **vpc,
    }
    run = subprocess.run(
        ["sh", "-c", build],
        env=variables | {"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    given = json.loads(run.stdout)
    options = dict(zip(given[::2], given[1::2], strict=True))
    assert options["--description"] == "commit 0123abcd"
    assert json.loads(options["--tags"]) == [{"Key": "project", "Value": "abalone"}]
    assert json.loads(options["--kwargs"]) == {
        "region": "eu-west-1",
        "role": "arn:aws:iam::123456789012:role/path/Role",
        "default_bucket": "a-bucket",
        "pipeline_name": "AbalonePipeline",
        "model_package_group_name": "AbalonePackageGroup",
        "input_data_url": "s3://a-bucket/data/abalone.csv",
        "mse_threshold": "6.0",
        "live_model_tolerance": "off",
        "check_engine": "native",
        "model_quality_tolerance": "0.1",
        "bias_tolerance": "0.05",
        "relax_baseline_function_arn": "arn:aws:lambda:eu-west-1:123456789012:function:Relax",
        "gate_training_on_data_checks": True,
        "subnet_ids": vpc.get("SUBNET_IDS", ""),
        "security_group_ids": vpc.get("SECURITY_GROUP_IDS", ""),
    }


@pytest.mark.parametrize(("engine", "gets"), [("native", False), ("open", True)])
def test_buildspec_gets_the_open_engines_library_before_it_packages(
    tmp_path: Path, engine: str, gets: bool
) -> None:
    """Run the install commands with a stand-in for Python that notes what it is asked."""
    buildspec = yaml.safe_load((REPOSITORY / "codebuild-buildspec.yml").read_text())
    noted = tmp_path / "noted"
    stand_in = tmp_path / "python"
    stand_in.write_text(f'#!/bin/sh\necho "$@" >> {noted}\n')
    stand_in.chmod(0o755)
    for command in buildspec["phases"]["install"]["commands"]:
        subprocess.run(
            ["sh", "-c", command],
            env={"PATH": f"{tmp_path}:/usr/bin:/bin", "CHECK_ENGINE": engine},
            check=True,
            timeout=60,
        )
    asked = noted.read_text().splitlines()
    (package,) = (line for line in asked if line.endswith(" ."))
    assert asked[-1] == package
    assert ("-m pipelines.checks.get_wheels" in asked) is gets


def test_what_travels_with_the_open_engine_is_packaged() -> None:
    assert '"pipelines.checks": ["wheels/*.whl"]' in (REPOSITORY / "setup.py").read_text()


def test_requirements_are_pinned_to_the_versions_of_the_project() -> None:
    """The model repository's releases are those that the local cloud's jobs run on."""
    own = _pins(REPOSITORY / "requirements.txt")
    project = _pins(REPOSITORY.parent / "requirements.txt")
    assert {"sagemaker", "pandas", "pytest", "scikit-learn", "xgboost-cpu"} <= own.keys()
    shared = own.keys() & project.keys()
    assert {name: own[name] for name in shared} == {name: project[name] for name in shared}


def _pins(path: Path) -> dict[str, set[str]]:
    pins: dict[str, set[str]] = {}
    for line in path.read_text().splitlines():
        requirement = line.partition("#")[0].partition(";")[0].strip()
        if requirement:
            name, separator, version = requirement.partition("==")
            assert separator, f"{path.name}: {requirement} is not pinned"
            pins.setdefault(name, set()).add(version)
    return pins


def test_notebook_calls_what_exists() -> None:
    """Each cell is Python, and what it imports from this repository and the SDK is there."""
    notebook = json.loads((REPOSITORY / "sagemaker-pipelines-project.ipynb").read_text())
    source = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for cell in source:
        compile(cell, "cell", "exec")
    imports = [
        line for cell in source for line in cell.splitlines() if line.startswith(("from", "import"))
    ]
    assert "from pipelines.abalone.pipeline import get_pipeline" in imports
    subprocess.run(
        [sys.executable, "-c", "\n".join(imports)],
        cwd=REPOSITORY,
        env=os.environ | {"AWS_DEFAULT_REGION": "us-east-1", "PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
        timeout=120,
    )


def test_layout_is_that_of_the_model_build_template() -> None:
    for name in (
        *("codebuild-buildspec.yml", "CONTRIBUTING.md", "README.md", "setup.py", "setup.cfg"),
        *("tox.ini", "sagemaker-pipelines-project.ipynb", "tests/test_pipelines.py"),
        *("pipelines/__init__.py", "pipelines/__version__.py", "pipelines/_utils.py"),
        *("pipelines/get_pipeline_definition.py", "pipelines/run_pipeline.py"),
        *("pipelines/abalone/pipeline.py", "pipelines/abalone/preprocess.py"),
        "pipelines/abalone/evaluate.py",
    ):
        assert (REPOSITORY / name).is_file(), name
    for name in ("setup.cfg", "tox.ini"):
        configparser.ConfigParser(interpolation=None).read_string((REPOSITORY / name).read_text())


def test_model_repository_knows_no_local_cloud() -> None:
    for path in REPOSITORY.rglob("*"):
        if path.is_file() and path.suffix in (".py", ".yml", ".md", ".cfg", ".ini", ".ipynb"):
            text = path.read_text().lower()
            assert "localcloud" not in text, path
            assert "localhost" not in text, path
            assert "aws_endpoint_url" not in text, path
