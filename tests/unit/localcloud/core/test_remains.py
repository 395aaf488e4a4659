"""What a cloud that was killed left: found by the next start, said, and thrown away."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud import remains
from localcloud.server import Server
from localcloud.settings import Settings
from tests.local_server import unused_port


def test_nothing_is_said_of_a_directory_where_none_ran(tmp_path: Path) -> None:
    assert remains.described(tmp_path) is None
    assert remains.described(tmp_path / "absent") is None


def test_what_a_killed_cloud_left_is_named_with_its_size(tmp_path: Path) -> None:
    (tmp_path / "sagemaker" / "job").mkdir(parents=True)
    (tmp_path / "sagemaker" / "job" / "data").write_bytes(bytes(1_500_000))
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "kept").write_bytes(bytes(9_000_000))
    remains.mark(tmp_path)
    said = remains.described(tmp_path)
    assert said is not None
    assert "did not end by itself (process " in said
    assert said.endswith("thrown away what it left: sagemaker (1 files, 1.5 MB)")


@pytest.mark.parametrize("content", ["", "[]", "{", '{"pid": 1}'])
def test_a_mark_that_was_cut_off_is_a_mark(tmp_path: Path, content: str) -> None:
    (tmp_path / remains.MARK).write_text(content)
    assert "did not end by itself" in str(remains.described(tmp_path))


def test_a_server_says_it_once(tmp_path: Path) -> None:
    (tmp_path / "sagemaker").mkdir()
    remains.mark(tmp_path)
    first = Server(Settings(port=unused_port(), state_dir=tmp_path))
    first.start()
    assert "sagemaker" in str(first.remains)
    assert not (tmp_path / "sagemaker").exists()
    assert remains.described(tmp_path) is not None  # this one runs
    first.stop()
    second = Server(Settings(port=unused_port(), state_dir=tmp_path))
    second.start()
    second.stop()
    assert second.remains is None
