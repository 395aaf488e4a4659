"""The long sweeps are left out unless they are asked for (`make soak`)."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of this folder that are marked `soak`, unless `-m` names the mark."""
    if "soak" in config.option.markexpr:
        return
    long = [each for each in items if HERE in each.path.parents and each.get_closest_marker("soak")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
