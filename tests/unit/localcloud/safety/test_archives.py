"""An archive unpacks into its directory, or not at all."""

from __future__ import annotations

import io
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud import safe_paths
from localcloud.safe_archive import BadArchive, check_zip, untar, unzip

LONG = "x" * 5000
LEAVING = (
    "../out",
    "a/../../out",
    "/etc/out",
    "//etc/out",
    "a/../b",
    "..",
    f"{LONG}",
    f"{'y' * 300}/a",
    "/".join(["d" * 200] * 30),
)


def zip_of(*members: tuple[str, str | bytes, int]) -> bytes:
    """A zip of names, contents and modes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text, mode in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, text)
    return content.getvalue()


def link(name: str, target: str) -> tuple[str, str, int]:
    return name, target, stat.S_IFLNK | 0o777


def tree(directory: Path) -> set[str]:
    return {path.relative_to(directory).as_posix() for path in directory.rglob("*")}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """An empty directory, beside which nothing may be afterwards."""
    (tmp_path / "secret").write_text("secret")
    yield tmp_path / "here"
    assert tree(tmp_path) - {"secret"} == {f"here/{name}" for name in tree(tmp_path / "here")} | (
        {"here"} if (tmp_path / "here").exists() else set()
    )
    assert (tmp_path / "secret").read_text() == "secret"


@pytest.mark.parametrize("name", LEAVING)
def test_a_zip_with_a_member_that_leaves_is_refused_whole(place: Path, name: str) -> None:
    content = zip_of(("good", "x", 0), (name, "x", 0))
    for unpack in (lambda: check_zip(content), lambda: unzip(content, place)):
        with pytest.raises(BadArchive, match="the member"):
            unpack()
    assert not place.exists()


def test_a_member_whose_name_goes_on_after_a_nul_is_refused(place: Path) -> None:
    content = zip_of(("good_name", "x", 0)).replace(b"good_name", b"good\0name")
    with pytest.raises(BadArchive, match="NUL"):
        unzip(content, place)


@pytest.mark.parametrize("kind", [stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_a_zip_with_a_device_is_refused(place: Path, kind: int) -> None:
    with pytest.raises(BadArchive, match="neither a file nor a folder"):
        unzip(zip_of(("device", "", kind | 0o666)), place)


@pytest.mark.parametrize(
    "members",
    [
        [link("l", "/etc/passwd")],
        [link("l", "../secret")],
        [link("a/l", "../../secret")],
        [link("l", "..")],
        [link("l", ".."), ("l/written", "x", 0)],
        # One by one they stay inside, through each other they do not.
        [("p/q/file", "x", 0), link("p/q/up", "../.."), link("p/q/out", "up/../secret")],
        [("p/q/file", "x", 0), link("p/q/out", "up/../secret"), link("p/q/up", "../..")],
    ],
)
def test_links_that_lead_out_are_refused(place: Path, members: list[tuple[str, str, int]]) -> None:
    with pytest.raises(BadArchive):
        unzip(zip_of(*members), place)
    assert not [path for path in place.rglob("*") if path.is_symlink()]


def test_what_is_good_keeps_its_links_modes_and_strange_names(place: Path) -> None:
    unzip(
        zip_of(
            ("bin/run", "#!", 0o755),
            ("a\\..\\b", "backslashes are letters", 0),
            ("é\u202e\U0001f600", "x", 0),
            ("folder/", "", stat.S_IFDIR | 0o755),
            ("./dot", "x", 0),
            link("run", "bin/run"),
            link("gone", "bin/not-there"),
        ),
        place,
    )
    assert tree(place) == {
        "bin", "bin/run", "a\\..\\b", "é\u202e\U0001f600", "folder", "dot", "run", "gone",
    }  # fmt: skip
    assert (place / "run").resolve() == place / "bin" / "run"
    assert stat.S_IMODE((place / "bin" / "run").stat().st_mode) == 0o755


def test_a_bomb_is_refused_by_what_it_says_of_itself(place: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\0" * 2_000_000)
    with pytest.raises(BadArchive, match="too large"):
        unzip(content.getvalue(), place, most_bytes=1_000_000)
    assert len(content.getvalue()) < 10_000


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04", zip_of(("a", "x", 0))[:-30]])
def test_what_is_no_zip_is_refused(place: Path, content: bytes) -> None:
    with pytest.raises(BadArchive):
        unzip(content, place)


def tar_of(path: Path, *members: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(b"x" * member.size))
    return path


def member(
    name: str, kind: bytes = tarfile.REGTYPE, target: str = "", size: int = 0
) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, target, size
    return info


@pytest.mark.parametrize(
    "bad",
    [
        *(member(name) for name in LEAVING),
        member("l", tarfile.SYMTYPE, "../secret"),
        member("l", tarfile.SYMTYPE, "good"),
        member("l", tarfile.LNKTYPE, "../secret"),
        member("l", tarfile.LNKTYPE, "good"),
        member("d", tarfile.CHRTYPE),
        member("d", tarfile.BLKTYPE),
        member("d", tarfile.FIFOTYPE),
        member("large", size=2_000_000),
        member("a\0b"),
    ],
    ids=lambda info: f"{info.name[:20]!r}-{info.type.decode()}",
)
def test_a_models_archive_with_a_member_that_leaves_is_refused(
    place: Path, tmp_path_factory: pytest.TempPathFactory, bad: tarfile.TarInfo
) -> None:
    archive = tmp_path_factory.mktemp("archives") / "model.tar.gz"
    with tarfile.open(archive, "w:gz", format=tarfile.PAX_FORMAT) as with_pax:
        bad.pax_headers = {"path": bad.name}
        for info in (member("good", size=1), bad):
            with_pax.addfile(info, io.BytesIO(b"x" * info.size))
    place.mkdir()
    with pytest.raises(BadArchive):
        untar(archive, place, most_bytes=1_000_000)


def test_a_models_archive_unpacks(place: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    archive = tar_of(
        tmp_path_factory.mktemp("archives") / "model.tar.gz",
        member(".", tarfile.DIRTYPE),
        member("./xgboost-model", size=3),
        member("code", tarfile.DIRTYPE),
        member("code/inference.py", size=1),
    )
    archive.chmod(0o600)
    place.mkdir()
    untar(archive, place)
    assert tree(place) == {"xgboost-model", "code", "code/inference.py"}


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/a", "a\0", "a/", LONG, "\ud800" * 3])
def test_what_is_no_single_name(name: str) -> None:
    with pytest.raises(safe_paths.UnsafePath):
        safe_paths.part(name)


def test_what_is_inside(tmp_path: Path) -> None:
    inside = tmp_path / "here"
    inside.mkdir()
    (inside / "out").symlink_to(tmp_path)
    (inside / "in").symlink_to(inside)
    (inside / "loop").symlink_to("loop")
    assert safe_paths.is_inside(inside / "in" / "x", inside)
    assert not safe_paths.is_inside(inside / "out" / "x", inside)
    assert not safe_paths.is_inside(tmp_path / "hereafter", inside)
    assert not safe_paths.is_inside(inside / "a\0", inside)
