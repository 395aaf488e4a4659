"""The pipelines are built here as the model repository's own tests build them, but with the SDK's
validation of roles as it is by itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infra.assemblies import assembly

__all__ = ["assembly", "surroundings"]

TESTS = str(Path(__file__).resolve().parents[4] / "pipeline_code" / "tests")

if TESTS not in sys.path:
    sys.path.insert(0, TESTS)


@pytest.fixture(scope="module", autouse=True)
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No network (the SDK's telemetry tries), wheels for the open engine."""
    from offline_aws import share_local_client, write_wheels
    from pipelines.checks import bundle

    with pytest.MonkeyPatch.context() as patch:
        for name in ("HTTPS_PROXY", "https_proxy"):
            patch.setenv(name, "http://127.0.0.1:9")
        for name in ("NO_PROXY", "no_proxy"):
            patch.setenv(name, "")
        patch.delenv("SAGEMAKER_VALIDATE_ROLE", raising=False)
        patch.setattr(bundle, "WHEELS", write_wheels(tmp_path_factory.mktemp("wheels")))
        share_local_client(patch)
        yield
