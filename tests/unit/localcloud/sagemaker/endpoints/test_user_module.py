"""Where the caller's inference code comes from, and what is said when it is not there."""

from __future__ import annotations

import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.sagemaker.endpoints.serving import user_module
from localcloud.sagemaker.endpoints.serving.user_module import ImportModuleError

pytestmark = pytest.mark.documented("https://github.com/aws/sagemaker-containers")


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test imports is gone after it."""
    before = set(sys.modules)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture
def submitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a module that imports another; SAGEMAKER_PROGRAM and its sibling name them."""
    folder = tmp_path / "submitted"
    (folder / "vines").mkdir(parents=True)
    (folder / "vines" / "__init__.py").write_text("grape = 'merlot'")
    (folder / "serve_wine.py").write_text("import vines\ngrape = vines.grape")
    monkeypatch.setenv("SAGEMAKER_PROGRAM", "serve_wine.py")
    monkeypatch.setenv("SAGEMAKER_SUBMIT_DIRECTORY", str(folder))
    return folder


def test_folder_is_copied_and_what_is_beside_the_module_can_be_imported(
    submitted: Path, tmp_path: Path
) -> None:
    module = user_module.load(tmp_path / "code")
    assert module.grape == "merlot"
    assert module.__file__ == str(tmp_path / "code" / "serve_wine.py")


def test_archive_is_unpacked(
    submitted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "sourcedir.tar.gz"
    with tarfile.open(archive, "w:gz") as members:
        members.add(submitted, arcname=".")
    monkeypatch.setenv("SAGEMAKER_SUBMIT_DIRECTORY", str(archive))
    assert user_module.load(tmp_path / "code").grape == "merlot"


def test_code_that_lies_there_already_is_used(
    submitted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SAGEMAKER_SUBMIT_DIRECTORY")
    assert user_module.load(submitted).grape == "merlot"
    monkeypatch.setenv("SAGEMAKER_PROGRAM", "absent.py")
    with pytest.raises(ImportModuleError, match="No module named 'absent'"):
        user_module.load(tmp_path / "code")


@pytest.mark.parametrize(
    ("content", "words"),
    [("import absent_library", "No module named 'absent_library'"), ("1 / 0", "division by zero")],
)
def test_module_that_fails_is_refused_with_its_reason(
    submitted: Path, tmp_path: Path, content: str, words: str
) -> None:
    (submitted / "serve_wine.py").write_text(content)
    with pytest.raises(ImportModuleError, match=words):
        user_module.load(tmp_path / "code")


@pytest.mark.parametrize(
    ("program", "words"),
    [(None, "'NoneType' object has no attribute 'startswith'"), ("", "Empty module name")],
)
def test_program_that_is_not_named_is_refused_in_the_containers_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str | None, words: str
) -> None:
    monkeypatch.delenv("SAGEMAKER_PROGRAM", raising=False)
    if program is not None:
        monkeypatch.setenv("SAGEMAKER_PROGRAM", program)
    with pytest.raises((AttributeError, ValueError), match=words):
        user_module.load(tmp_path / "code")


@pytest.mark.local_only("AWS installs it")
def test_requirements_are_refused_by_name(submitted: Path, tmp_path: Path) -> None:
    (submitted / "requirements.txt").write_text("pandas")
    with pytest.raises(ImportModuleError, match=r"requirements\.txt beside the inference code"):
        user_module.load(tmp_path / "code")
