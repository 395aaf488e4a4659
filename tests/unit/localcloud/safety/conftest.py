"""A local cloud with surroundings of its own, which have to stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.cloud import current
from tests.local_server import service_principal, serving
from tests.unit.localcloud.codebuild.conftest import Cloud

SECRET = "the-secret-beside-the-state-directory"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A local cloud whose state directory has surroundings of its own."""
    with serving(tmp_path_factory.mktemp("around") / "a" / "state") as address:
        yield address


@pytest.fixture(scope="module")
def cloud(endpoint: str) -> Cloud:
    made = Cloud(endpoint)
    made.client("s3").create_bucket(Bucket=made.bucket)
    made.client("s3").put_bucket_versioning(
        Bucket=made.bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    made.make_role("code-build", service_principal("codebuild"))
    made.make_role("function", service_principal("lambda"))
    made.make_role("jobs", service_principal("sagemaker"))
    return made


@pytest.fixture
def surroundings(cloud: Cloud) -> Iterator[Path]:
    """What lies around the state directory stays as it is; a folder there with a secret."""
    outside = current().settings.state_dir.parent.parent
    (outside / "secret").write_text(SECRET)
    yield outside
    assert {path.name for path in outside.iterdir()} == {"a", "secret"}
    assert {path.name for path in (outside / "a").iterdir()} == {"state"}
    assert (outside / "secret").read_text() == SECRET
