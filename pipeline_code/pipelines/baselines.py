"""`python -m pipelines.baselines`: look at a version's drift-check baselines, and adjust them.

    python -m pipelines.baselines show    AbalonePackageGroup 4
    python -m pipelines.baselines widen   AbalonePackageGroup 4 --check model_quality --by 0.1 \\
        --reason "the test split is small"
    python -m pipelines.baselines edit    AbalonePackageGroup 4 --check data_quality \\
        --set "features[length].completeness=0.99" --reason "a sensor fails at times"
    python -m pipelines.baselines history AbalonePackageGroup 4

For the approver, before a version is approved: its baselines are what later runs and monitors compare
with. The registry cannot be told of other files, so the object itself gets the new content; the previous
one, who changed it, when and why are kept beside it, and noted in the version's metadata.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from typing import Any

from pipelines import _utils
from pipelines.checks.registry import PLACES
from pipelines.checks.settings import CHECKS
from pipelines.versions import adjusting, adjustment, baseline_file, baseline_page
from pipelines.versions.aws import Aws, connect, read_json
from pipelines.versions.version import Version, find, number


def show(aws: Aws, version: Version, options: argparse.Namespace) -> None:
    """Print the constraints of each check."""
    found: dict[str, Any] = {}
    notes = []
    for check in _checks(version, options):
        file = baseline_file.read(aws, version, check)
        found[check] = {"uri": file.uri, "constraints": file.content}
        if options.json:
            continue
        statistics = None
        uri = version.source("DriftCheckBaselines", PLACES[check].member, "Statistics").get("S3Uri")
        if uri and check == "model_quality":
            try:
                statistics = read_json(aws, uri, f"the statistics of {check}")
            except _utils.CommandError as error:
                notes.append(str(error))
        page = baseline_page.lines(check, file.content, statistics)
        adjusted = len(baseline_file.read_log(aws, file.uri))
        times = f", adjusted {adjusted} time{'' if adjusted == 1 else 's'}" if adjusted else ""
        print_lines([f"{check.upper()}  {file.uri}{times}", *page, ""])
    if options.json:
        print_lines([json.dumps(found, indent=2)])
    else:
        print_lines([f"{version.name} is {version.approval_status}.", *notes])


def widen(aws: Aws, version: Version, options: argparse.Namespace) -> None:
    """Widen the thresholds of the model-quality check."""
    file = baseline_file.read(aws, version, options.check)
    _adjust(
        aws, version, file, adjustment.widened(options.check, file.content, options.by), options
    )


def edit(aws: Aws, version: Version, options: argparse.Namespace) -> None:
    """Change one value of a check."""
    file = baseline_file.read(aws, version, options.check)
    _adjust(aws, version, file, adjustment.edited(file.content, options.set), options)


def history(aws: Aws, version: Version, options: argparse.Namespace) -> None:
    """Print who changed what, when and why, oldest first."""
    logs = {}
    for check in _checks(version, options):
        uri = baseline_file.constraints_uri(version, check)
        logs[check] = baseline_file.read_log(aws, uri) if uri else []
    if options.json:
        print_lines([json.dumps(logs, indent=2)])
        return
    for check, log in logs.items():
        lines = [line for entry in log for line in baseline_page.entry_lines(entry)]
        print_lines([check.upper(), *(lines or ["  never adjusted"]), ""])


def print_lines(lines: list[str]) -> None:
    """Write to the standard output."""
    sys.stdout.write("\n".join(lines) + "\n")


def _checks(version: Version, options: argparse.Namespace) -> list[str]:
    """The check that was asked for, else all that the version has a baseline of."""
    if options.check:
        return [options.check]
    found = [check for check in CHECKS if baseline_file.constraints_uri(version, check)]
    if not found:
        raise _utils.CommandError(f"{version.name} has no DriftCheckBaselines")
    return found


def _adjust(
    aws: Aws,
    version: Version,
    file: baseline_file.BaselineFile,
    content: dict[str, Any],
    options: argparse.Namespace,
) -> None:
    permission = adjusting.Permission(force=options.force, shared=options.shared)
    adjusting.require_permitted(aws, version, file, permission)
    made, kept = adjusting.adjust(aws, version, file, content, options.reason, datetime.now(UTC))
    print_lines(
        [file.uri, *(f"  {change.sentence}" for change in made), f"the previous one is {kept}"]
    )


def reason(text: str) -> str:
    """Why, in words."""
    if not text.strip():
        raise argparse.ArgumentTypeError("say why: whoever reads the history will ask")
    return " ".join(text.split())


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    root = argparse.ArgumentParser(
        prog="baselines", description="Look at a version's drift-check baselines, and adjust them."
    )
    commands = root.add_subparsers(dest="command", required=True)
    for name, function in (("show", show), ("widen", widen), ("edit", edit), ("history", history)):
        command = commands.add_parser(name, help=(function.__doc__ or "").rstrip("."))
        command.set_defaults(function=function)
        command.add_argument("group", help="the model package group")
        command.add_argument("version", type=number)
        command.add_argument("--region", help="AWS region; the environment's by default")
        changes = function in (widen, edit)
        command.add_argument("--check", choices=CHECKS, required=changes)
        if not changes:
            command.add_argument("--json", action="store_true", help="as JSON")
            continue
        if function is widen:
            command.add_argument(
                "--by", type=float, required=True, metavar="SHARE", help="0.1 for 10 %%"
            )
        else:
            command.add_argument("--set", required=True, metavar="PATH=VALUE")
        command.add_argument("--reason", type=reason, required=True)
        command.add_argument("--force", action="store_true", help="of an approved version too")
        command.add_argument("--shared", action="store_true", help="of other versions' file too")
    return root


def main(arguments: list[str] | None = None) -> int:
    """Run the command; gives the exit code."""
    options = parser().parse_args(arguments)
    aws = connect(options.region)
    options.function(aws, find(aws, options.group, options.version), options)
    return 0


if __name__ == "__main__":
    _utils.run("baselines", main)
