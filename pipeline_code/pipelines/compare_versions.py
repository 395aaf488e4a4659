"""`python -m pipelines.compare_versions GROUP V1 V2`: two versions of a model, side by side.

    python -m pipelines.compare_versions AbalonePackageGroup 3 4
    python -m pipelines.compare_versions AbalonePackageGroup 3 4 --changed --json

Metrics, parameters, hyperparameters, data, commit, approval and what the checks found: everything is read
from the model registry and from what it points to. A `*` marks what differs.
"""

from __future__ import annotations

import argparse
import json
import sys

from pipelines import _utils
from pipelines.versions import side_by_side
from pipelines.versions.aws import connect
from pipelines.versions.facts import gather
from pipelines.versions.version import find, number


def main(arguments: list[str] | None = None) -> int:
    """Run the command; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="compare_versions", description="Show two versions of a model side by side."
    )
    parser.add_argument("group", help="the model package group")
    parser.add_argument("versions", type=number, nargs=2, metavar="VERSION")
    parser.add_argument("--changed", action="store_true", help="show only what differs")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument("--region", help="AWS region; the environment's by default")
    options = parser.parse_args(arguments)

    aws = connect(options.region)
    # Both are looked for before anything is read: a wrong number is said at once.
    found = [find(aws, options.group, wanted) for wanted in options.versions]
    facts = [gather(aws, version) for version in found]
    sections = (facts[0].sections, facts[1].sections)
    if options.changed:
        sections = side_by_side.changed(sections)
    notes = list(dict.fromkeys(note for each in facts for note in each.notes))
    if options.json:
        content = {
            "group": options.group,
            "versions": [
                {"version": version.number, "arn": version.arn, **side}
                for version, side in zip(found, sections, strict=True)
            ],
            "notes": notes,
        }
        sys.stdout.write(json.dumps(content, indent=2) + "\n")
        return 0
    labels = (f"version {found[0].number}", f"version {found[1].number}")
    nothing = "no difference" if options.changed else "nothing is known of either"
    sys.stdout.write(f"{options.group}\n\n{side_by_side.page(labels, sections, nothing)}")
    if notes:
        sys.stdout.write("\n" + "\n".join(f"Note: {note}." for note in notes) + "\n")
    return 0


if __name__ == "__main__":
    _utils.run("compare_versions", main)
