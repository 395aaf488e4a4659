"""The records of a smoke test, sent one by one, all together, and between bad ones."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from answers import UnexpectedAnswer, check_latency, check_refusal, check_reply
from endpoint import Ask, Reply, Request, Unanswered
from golden_records import BadRecord, GoldenRecords, Record, body_of

# With the longest wait for one answer, some 95 s, and a load of 60 s with its end of some 30 s, it stays
# within the function's time limit of six minutes.
BUDGET_SECONDS = 150.0
# Good records after each bad one. A container has a worker for each processor, and any of them may have
# had the bad one; and an alarm on 4XX errors above a tenth of the requests stays quiet.
GOOD_AFTER_BAD = 10


@dataclass
class Outcome:
    """What the answers were like."""

    values: list[float] = field(default_factory=list)
    """Of each record, as it was answered alone."""
    max_difference: float | None = None
    """From the evaluation's predictions; None without such."""
    first_milliseconds: float = 0.0
    """Of the first request, which opens the connection and may wake the endpoint."""
    max_milliseconds: float = 0.0
    """Of all the others."""
    refused: int = 0


class RecordRun:
    """One run over golden records. What goes wrong is raised as UnexpectedAnswer."""

    def __init__(
        self,
        ask: Ask,
        golden: GoldenRecords,
        max_milliseconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._golden = golden
        self._max_milliseconds = max_milliseconds
        self._clock = clock
        self._deadline = clock() + BUDGET_SECONDS
        self._asked = 0
        self.outcome = Outcome()

    def run(self) -> Outcome:
        """Every record alone, then all in one request, then each bad one with good ones after it."""
        for record in self._golden.records:
            self.outcome.values += self._send(record)
        self._send(*self._golden.records)
        in_turn = itertools.cycle(self._golden.records)
        for bad in self._golden.bad_records:
            self._send_bad(bad)
            try:
                for record in itertools.islice(in_turn, GOOD_AFTER_BAD):
                    self._send(record)
            except UnexpectedAnswer as error:
                raise UnexpectedAnswer(
                    error.kind, f"after bad record {bad.name!r}: {error}"
                ) from error
        return self.outcome

    def _send(self, *records: Record) -> tuple[float, ...]:
        what = records[0].name if len(records) == 1 else f"{len(records)} records in one request"
        golden = self._golden
        reply = self._reply(what, Request(body_of(records), golden.content_type, golden.accept))
        values = check_reply(records, golden.accept, reply)
        for record, value in zip(records, values, strict=True):
            if record.prediction is not None:
                difference = abs(value - record.prediction)
                self.outcome.max_difference = max(self.outcome.max_difference or 0.0, difference)
        return values

    def _send_bad(self, bad: BadRecord) -> None:
        request = Request(bad.body, bad.content_type, self._golden.accept)
        check_refusal(bad, self._reply(f"bad record {bad.name!r}", request))
        self.outcome.refused += 1

    def _reply(self, what: str, request: Request) -> Reply:
        if self._clock() > self._deadline:
            raise UnexpectedAnswer(
                "too slow",
                f"{self._asked} requests took {BUDGET_SECONDS:g} s, which is all the time that there is"
                f" for the records; {what} was not sent",
            )
        try:
            reply = self._ask(request)
        except Unanswered as error:
            raise UnexpectedAnswer(
                error.kind, f"{what} could not be sent or was not answered: {error}"
            ) from error
        self._asked += 1
        if self._asked == 1:
            self.outcome.first_milliseconds = reply.milliseconds
        else:
            slowest = max(self.outcome.max_milliseconds, reply.milliseconds)
            self.outcome.max_milliseconds = slowest
            check_latency(what, reply.milliseconds, self._max_milliseconds)
        return reply
