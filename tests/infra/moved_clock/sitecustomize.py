"""Python's clock, some days ahead, in every process that has this folder in its PYTHONPATH.

Python imports a module of this name when it starts: https://docs.python.org/3/library/site.html
"""

import datetime
import os
import time

AHEAD = int(os.environ["CLOCK_AHEAD_DAYS"]) * 24 * 60 * 60
clock, localtime, gmtime, strftime = time.time, time.localtime, time.gmtime, time.strftime


def moved() -> float:
    return clock() + AHEAD


class MovedDate(datetime.date):
    @classmethod
    def today(cls) -> "MovedDate":
        return cls.fromtimestamp(moved())


class MovedDatetime(datetime.datetime):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> "MovedDatetime":
        return cls.fromtimestamp(moved(), tz)

    today = now

    @classmethod
    def utcnow(cls) -> "MovedDatetime":
        return cls.fromtimestamp(moved(), datetime.UTC).replace(tzinfo=None)


time.time = moved
time.time_ns = lambda: int(moved() * 1_000_000_000)
time.localtime = lambda seconds=None: localtime(moved() if seconds is None else seconds)
time.gmtime = lambda seconds=None: gmtime(moved() if seconds is None else seconds)
time.strftime = lambda form, given=None: strftime(
    form, time.localtime() if given is None else given
)
datetime.date, datetime.datetime = MovedDate, MovedDatetime  # type: ignore[misc]
