"""Five checks, four pairs of flags, three states of the registry, by the open engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.checks import checked_cloud
from tests.checks.matrix import CELLS, Matrix
from tests.local_server import serving

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-quality-clarify-baseline-lifecycle.html"
)


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    """A cloud of this module's own."""
    with serving(tmp_path_factory.mktemp("state")) as endpoint:
        yield Matrix(checked_cloud.make(endpoint, "open", tmp_path_factory.mktemp("data")))


@pytest.mark.parametrize(("kind", "skip", "register", "state"), CELLS)
def test_cell(matrix: Matrix, kind: str, skip: bool, register: bool, state: str) -> None:
    matrix.check_cell(kind, skip, register, state)
