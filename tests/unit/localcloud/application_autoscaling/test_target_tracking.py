"""How many instances are wanted: proportionally more, conservatively fewer, and cooldowns."""

from __future__ import annotations

import pytest

from localcloud.application_autoscaling.target_tracking import IN, OUT, LastChange, wanted

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/autoscaling/application/userguide/"
    "target-tracking-scaling-policy-overview.html"
)


def number(
    direction: str,
    instances: int,
    recent: list[float],
    last: LastChange | None = None,
    *,
    cooling: bool = False,
    minimum: int = 1,
    maximum: int = 10,
) -> int:
    return wanted(
        direction,
        instances,
        recent,
        100.0,
        minimum=minimum,
        maximum=maximum,
        last=last,
        is_cooling=cooling,
    )


@pytest.mark.parametrize(
    ("instances", "recent", "expected"),
    [
        (1, [101.0], 2),
        (1, [50.0, 500.0], 5),
        (2, [150.0], 3),
        (2, [100.0], 2),
        (3, [5000.0], 10),
        (2, [10.0], 2),
        (2, [], 2),
    ],
)
def test_out_in_proportion_to_the_last_minute(
    instances: int, recent: list[float], expected: int
) -> None:
    assert number(OUT, instances, recent) == expected


@pytest.mark.parametrize(
    ("instances", "recent", "expected"),
    [
        (4, [10.0] * 15, 1),
        (4, [60.0] * 15, 3),
        # Three would each have 113 invocations.
        (4, [85.0] * 15, 4),
        # The busiest minute decides.
        (4, [*[1.0] * 14, 80.0], 4),
        (4, [80.0, *[1.0] * 14], 4),
        (1, [0.0] * 15, 1),
    ],
)
def test_in_only_when_fewer_are_enough(instances: int, recent: list[float], expected: int) -> None:
    assert number(IN, instances, recent) == expected


def test_the_bounds_are_kept() -> None:
    assert number(OUT, 1, [900.0], maximum=4) == 4
    assert number(IN, 4, [1.0], minimum=2) == 2
    # Bounds that were changed since are no reason to go the other way.
    assert number(OUT, 5, [900.0], maximum=4) == 5
    assert number(IN, 1, [1.0], minimum=2) == 1


def test_during_the_cooldown_of_a_scale_out_only_a_larger_one_happens() -> None:
    last = LastChange(OUT, 2, 0.0)
    # From two to four, which the same load does not make more of, and a heavier one does.
    assert number(OUT, 4, [200.0], last, cooling=True) == 4
    assert number(OUT, 4, [300.0], last, cooling=True) == 6
    assert number(OUT, 4, [200.0], last) == 8
    assert number(IN, 4, [1.0], last, cooling=True) == 4


def test_during_the_cooldown_of_a_scale_in_a_scale_out_happens_at_once() -> None:
    last = LastChange(IN, 4, 0.0)
    assert number(IN, 3, [1.0], last, cooling=True) == 3
    assert number(OUT, 3, [200.0], last, cooling=True) == 6
