"""From templates and the calls of a local run to the list of what AWS would make and charge for."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.iam_report.snapshot import Call

PRICES = Path(__file__).with_name("prices.toml")


@dataclass(frozen=True)
class Line:
    """So many of one thing, and what they cost together in US dollars."""

    what: str
    count: int
    cost: float


def resources(templates: Iterable[Path]) -> dict[str, Counter[str]]:
    """By stack, how many resources of each type its template makes."""
    found = {}
    for file in templates:
        made = json.loads(file.read_text())["Resources"].values()
        found[file.name.removesuffix(".template.json")] = Counter(each["Type"] for each in made)
    return found


def lines(calls: Iterable[Call], prices: Path = PRICES) -> list[Line]:
    """What the calls of a run make, of the things that cost by the minute."""
    counted: Counter[str] = Counter()
    for call in calls:
        if call.allowed:
            counted[call.action] += call.count
    items = tomllib.loads(prices.read_text())["item"]
    return [
        Line(
            each["what"],
            counted[each["action"]],
            counted[each["action"]] * each["minutes"] * each["per_minute"],
        )
        for each in items
    ]


def render(stacks: Mapping[str, Counter[str]], bill: Iterable[Line]) -> str:
    """The list for a person."""
    text = ["Stacks, by `cdk deploy --all`:"]
    for stack, types in sorted(stacks.items()):
        text.append(f"  {stack}: {sum(types.values())} resources")
        text += [f"    {count:4} {kind}" for kind, count in sorted(types.items())]
    known = list(bill)
    text += [
        "",
        "While the tests run (counted in the last `make iam-report`; prices of us-east-1):",
    ]
    text += [f"  {line.count:5} {line.what}: about ${line.cost:.2f}" for line in known]
    text += [
        "",
        f"About ${sum(line.cost for line in known):.2f} in all, and cents for requests, storage, logs and "
        "alarms. Afterwards the tests delete the endpoints, the stacks and their buckets.",
    ]
    return "\n".join(text)
