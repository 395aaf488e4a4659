"""`cdk synth` of this project against a Python CDK app with one bucket and nothing else."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from bench.timing import Pair, measure_pair, run

EMPTY_APP = """
import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
app = cdk.App({arguments})
stack = cdk.Stack(app, "Empty")
s3.Bucket(stack, "Bucket")
app.synth()
"""


def measure(scratch: Path, *, validating: bool) -> Pair:
    """Both by the CDK CLI, in turn, warm; the empty app as it comes, `validating` its template with
    the CDK's built-in rules, or without that, as this project's app is."""
    empty = scratch / ("validating" if validating else "not-validating")
    empty.mkdir(parents=True)
    arguments = "" if validating else "builtin_cloud_formation_validation=False"
    (empty / "app.py").write_text(EMPTY_APP.format(arguments=arguments))
    context = json.loads(Path("cdk.json").read_text())["context"]
    flags = {name: value for name, value in context.items() if name.startswith("@aws-cdk/")}
    (empty / "cdk.json").write_text(json.dumps({"app": "python3 app.py", "context": flags}))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}

    def synthesize(directory: Path) -> None:
        output = empty / "output"
        shutil.rmtree(output, ignore_errors=True)
        command = ["cdk", "synth", "--quiet", "--no-notices", "--output", str(output)]
        run(command, environment, directory)

    return measure_pair(lambda: synthesize(Path.cwd()), lambda: synthesize(empty))
