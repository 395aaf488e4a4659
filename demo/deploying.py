"""Steps 1 and 2: the local cloud, and on it the same stacks that go to AWS."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from demo.commands import run
from demo.errors import StageFailed
from demo.local_cloud import ACCOUNT_ID, REGION, LocalCloud
from demo.narration import Narration

OUTPUT = Path("cdk.out")
TOOLS = ("cdk", "git")


def deploy(
    narration: Narration,
    cloud: LocalCloud,
    output: Path = OUTPUT,
    settings: Mapping[str, Any] | None = None,
) -> None:
    """Start the cloud and deploy every stack to it with the unmodified CDK CLI.

    The templates are synthesized into `output`, and deployed from there; `settings` take the place
    of the configuration in cdk.json.
    """
    for tool in TOOLS:
        if shutil.which(tool) is None:
            raise StageFailed(
                "look for the tools", f"{tool} is not on the path; run this with make"
            )
    # What an earlier synthesis left, of a project of another name say, is not to be deployed.
    shutil.rmtree(output, ignore_errors=True)
    synth = _InBackground(cloud.environment(), output, settings)
    with narration.stage("start the local cloud") as stage:
        stage.says(cloud.start())
    environment = cloud.environment()
    with narration.stage("cdk bootstrap") as stage:
        target = f"aws://{ACCOUNT_ID}/{REGION}"
        # An empty app: bootstrapping needs none, and must not wait for a synthesis.
        run(
            stage.title,
            ["cdk", "bootstrap", target, "--app", "", "--no-notices"],
            environment,
            directory=cloud.state,
            log=cloud.state / "bootstrap.log",
        )
        stage.says(target)
    with narration.stage("cdk synth") as stage:
        synth.wait()
        templates = sorted(path.name for path in output.glob("*.template.json"))
        stage.says(f"{output}: {', '.join(templates)}")
    with narration.stage("cdk deploy --all") as stage:
        run(
            stage.title,
            [
                *("cdk", "deploy", "--all", "--app", str(output)),
                *("--require-approval", "never", "--no-notices", "--progress", "events"),
            ],
            environment,
            log=cloud.state / "deploy.log",
        )
        stage.says(f"{len(templates)} stacks, from the same {output} that goes to AWS")


def demo_settings(engine: str | None, prod: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration in cdk.json, with that engine for the checks if one is named, and more settings of
    prod."""
    settings: dict[str, Any] = json.loads(Path("cdk.json").read_text())["context"]["slipway"]
    stages = settings.get("stages", {})
    checks = {"engine": engine} if engine else {}
    return {
        **settings,
        "checks": {**settings.get("checks", {}), **checks},
        "stages": {**stages, "prod": {**stages.get("prod", {}), **prod}},
    }


class _InBackground:
    """`cdk synth` beside the start of the cloud: it needs no cloud, and takes the longest."""

    def __init__(
        self, environment: dict[str, str], output: Path, settings: Mapping[str, Any] | None
    ) -> None:
        self._error: StageFailed | None = None
        # Without credentials or an address: a synthesis that called AWS would fail here.
        bare = {name: value for name, value in environment.items() if not name.startswith("AWS_")}
        context = [] if settings is None else ["--context", f"slipway={json.dumps(settings)}"]
        command = ["cdk", "synth", "--quiet", "--output", str(output), "--no-notices", *context]
        self._thread = threading.Thread(target=self._run, args=(bare, command), daemon=True)
        self._thread.start()

    def _run(self, environment: dict[str, str], command: list[str]) -> None:
        try:
            run("cdk synth", command, environment)
        except StageFailed as error:
            self._error = error

    def wait(self) -> None:
        self._thread.join()
        if self._error is not None:
            raise self._error
