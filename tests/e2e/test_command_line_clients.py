"""The README's commands, word for word, and the clients that `make up` points at the cloud."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from demo.local_cloud import ACCOUNT_ID, REGION, LocalCloud

from .conftest import ROOT, unused_port
from .deployed import wait_for

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.documented("https://docs.aws.amazon.com/cdk/v2/guide/ref-cli-cmd.html"),
    pytest.mark.local_only("it starts a local cloud of its own"),
]


@pytest.fixture
def empty_cloud(tmp_path: Path) -> Iterator[LocalCloud]:
    """A local cloud on which nothing is deployed."""
    running = LocalCloud(unused_port(), tmp_path / "state")
    running.start()
    yield running
    running.stop()


def shell(text: str, directory: Path, environment: Mapping[str, str], seconds: float = 240) -> str:
    """Run lines in bash as they are, stopping at the first that fails; what they printed."""
    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=directory,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-3000:]
    return ended.stdout


def block_of_readme(heading: str) -> str:
    """The first shell block below a heading."""
    text = (ROOT / "README.md").read_text()
    section = text.split(f"## {heading}\n", 1)[1]
    found = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return found.group(1)


def test_readmes_commands_for_aws_deploy_both_stacks(
    checkout: Path, empty_cloud: LocalCloud, data_file: Path
) -> None:
    environment = empty_cloud.environment()
    # A person is asked whether the roles may be made; there is nobody here to ask.
    environment["CDK_REQUIRE_APPROVAL"] = "never"
    (checkout / "abalone.csv").write_bytes(data_file.read_bytes())

    printed = shell(block_of_readme("The same loop on AWS"), checkout, environment)

    assert f"Environment aws://{ACCOUNT_ID}/{REGION} bootstrapped" in printed
    assert "Abalone-ModelBuild" in printed
    assert "Abalone-ModelDeploy" in printed
    assert re.search(r"upload: \./abalone\.csv to s3://\S+/data/abalone\.csv", printed)

    environment["PATH"] = os.pathsep.join(
        [f"{checkout}/.venv/bin", f"{checkout}/node_modules/.bin", environment["PATH"]]
    )
    again = shell("cdk deploy --all --no-notices", checkout, environment)
    assert again.count("(no changes)") == 4
    different = shell("cdk diff --no-notices", checkout, environment)
    assert "Number of stacks with differences: 0" in different

    destroyed = shell("cdk destroy --all --force --no-notices", checkout, environment)
    assert destroyed.count("destroyed") >= 2
    kept = shell("aws s3 ls", checkout, environment)
    for bucket in ("artifactbucket", "manifestbucket"):
        assert bucket in kept, "cdk destroy must not delete what holds data"
    assert "abalone" in shell("aws codecommit list-repositories", checkout, environment)
    groups = shell("aws sagemaker list-model-package-groups", checkout, environment)
    assert "AbalonePackageGroup" in groups


def test_make_up_stays_and_its_exports_point_every_client_at_it(
    checkout: Path,
) -> None:
    output = checkout / "output.txt"
    with output.open("w") as file:
        process = subprocess.Popen(
            ["make", "up", f"PORT={unused_port()}"],
            cwd=checkout,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        printed = wait_for(output.read_text, lambda text: "it stays until" in text, "its last line")
        exports = "\n".join(re.findall(r"^export .*$", printed, re.MULTILINE))
        clean = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
        clean["PATH"] = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"

        identity = shell(f"{exports}\naws sts get-caller-identity", checkout, clean)
        assert ACCOUNT_ID in identity
        (state,) = re.findall(r"^(aws codepipeline get-pipeline-state .*)$", printed, re.MULTILINE)
        assert '"stageName": "Train"' in shell(f"{exports}\n{state}", checkout, clean)
        # The address that the repository has on AWS leads here as well.
        url = f"https://git-codecommit.{REGION}.amazonaws.com/v1/repos"
        (name,) = re.findall(r"^git clone \S+/(\S+)$", printed, re.MULTILINE)
        shell(f"{exports}\ngit clone --quiet {url}/{name} cloned", checkout, clean)
        assert (checkout / "cloned" / "pipelines" / "abalone" / "pipeline.py").is_file()
        python = ROOT / ".venv" / "bin" / "python"
        code = "import boto3; print(boto3.client('s3').list_buckets()['Buckets'][0]['Name'])"
        assert shell(f'{exports}\n{python} -c "{code}"', checkout, clean).strip()
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(30) != 0
        assert "interrupted" in output.read_text()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
