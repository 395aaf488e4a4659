"""`python -m tools.iam_report DIRECTORY`: judge the snapshots of a run, and write docs/iam.md."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.iam_report import acknowledgements, page, snapshot


def main(arguments: list[str]) -> int:
    """The exit status is 1 if something is unexplained."""
    if len(arguments) != 1:
        print("usage: python -m tools.iam_report DIRECTORY", file=sys.stderr)
        return 2
    found = snapshot.read(Path(arguments[0]))
    known = acknowledgements.load()
    wrong = acknowledgements.problems(found, known)
    for each in wrong:
        print(each, file=sys.stderr)
    if wrong:
        print(f"{len(wrong)} things that no line of acknowledged.toml explains", file=sys.stderr)
        return 1
    page.PAGE.write_text(page.render(found, known))
    print(f"written: {page.PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
