"""`python -m tools.aws_dry_run ASSEMBLY SNAPSHOTS`: print what TARGET=aws would make. Calls nobody."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.aws_dry_run import bill
from tools.iam_report import snapshot


def main(arguments: list[str]) -> int:
    """The exit status is 1 when there was no local run to count in."""
    assembly, snapshots = map(Path, arguments)
    try:
        calls = snapshot.read(snapshots).calls
    except ValueError as error:
        print(f"{error}: the counts are those of a local run", file=sys.stderr)
        return 1
    templates = sorted(assembly.glob("*.template.json"))
    print(bill.render(bill.resources(templates), bill.lines(calls)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
