"""The outcomes as rows of docs/benchmarks.md and as the table of docs/deployments.md. Pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from datetime import UTC, datetime

from bench.prod_load.outcome import CANARY, UNDER_WAY, Outcome, shortcomings
from bench.table import Row

HEADING = "## Under load"
# An error's code and status, without its text.
# As long as the lines of the pages are.
WIDTH = 120
_CODE = re.compile(r"^[^:]*")


def row(outcome: Outcome) -> Row:
    """One row of the benchmarks."""
    figures, at = outcome.figures, outcome.circumstances
    what = f"prod under load: {outcome.what}"
    measured = (
        f"{figures.sent} requests: {figures.failed} failed{_errors(outcome)}, {figures.wrong} wrong;"
        f" p50 {figures.p50_ms:.0f} ms, p99 {figures.p99_ms:.0f} ms{_times(outcome)}"
    )
    goals = [f"{_goal(outcome)}, no answer of neither version"]
    if outcome.is_bad_canary:
        goals.append(f"alarm within {at.alarm_seconds + outcome.answer_seconds:g} s")
    lacking = shortcomings(outcome)
    if lacking:
        measured += f" ({'; '.join(lacking)})"
    return what, measured, "; ".join(goals), not lacking


def table(outcomes: Sequence[Outcome]) -> str:
    """The section of docs/deployments.md."""
    at = outcomes[0].circumstances
    lines = [
        HEADING,
        "",
        *_wrapped(
            f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}, on the local cloud: prod has"
            f" {at.instances} instances and a canary of {at.canary_instances}, and gets {at.rate:g}"
            " requests a second at fixed times, whether those before were answered or not. Each answer is"
            " compared with what either version predicts; latency counts from the time when a request was"
            f" due. Seconds are the machine's: bakes and alarms' periods pass {at.pace:g} times as fast as"
            " on AWS, where alarms that watch minutes would take that much longer, and a canary's share of"
            " the requests of that time would fail. [Benchmarks](benchmarks.md) has the goals."
        ),
        "",
        "| what happens to prod | sent | failed | wrong | by the version before | by the new one |"
        " p50, p99 | noticed after | then back after |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for outcome in outcomes:
        figures = outcome.figures
        cells = [
            outcome.what,
            str(figures.sent),
            f"{figures.failed}{_errors(outcome)}",
            str(figures.wrong),
            str(figures.by_old),
            str(figures.by_new),
            f"{figures.p50_ms:.0f}, {figures.p99_ms:.0f} ms",
            _seconds(outcome.detected_seconds),
            _seconds(outcome.back_seconds),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        *_wrapped(
            "*Noticed*: from the first request that a bad version got to the alarm; from the start of the"
            " update to its end where containers never became healthy; from the rejection to the first"
            " answer of the version that came back; from the start of the higher load to the decision for"
            " more instances. *Then back*: from there until the last answer that was not the old version's,"
            " which in a rollback is the one that comes back; until there are as many instances or processes"
            " as there should be."
        ),
        "",
    ]
    return "\n".join(lines)


def updated(page: str, section: str) -> str:
    """A page with the section in place of the one it has, or at its end."""
    head, found, rest = page.partition(f"{HEADING}\n")
    if not found:
        return f"{page.rstrip()}\n\n{section}"
    following = re.search(r"^## ", rest, re.MULTILINE)
    tail = rest[following.start() :] if following else ""
    return f"{head}{section}{chr(10) if tail else ''}{tail}"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _errors(outcome: Outcome) -> str:
    codes: dict[str, int] = {}
    for error, count in outcome.figures.errors.items():
        match = _CODE.match(error)
        code = match.group() if match else error
        codes[code] = codes.get(code, 0) + count
    return f" ({', '.join(sorted(codes))})" if codes else ""


def _goal(outcome: Outcome) -> str:
    if outcome.may_lose == UNDER_WAY:
        return "only requests that the process had may fail"
    if outcome.may_lose == CANARY:
        return f"the canary's share until its alarm may fail, {outcome.allowed_failures} at most"
    return "none may fail"


def _times(outcome: Outcome) -> str:
    times = ""
    if outcome.detected_seconds is not None:
        times += f"; noticed after {outcome.detected_seconds:.1f} s"
    if outcome.back_seconds is not None:
        times += f"; then back after {outcome.back_seconds:.1f} s"
    return times


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f} s"
