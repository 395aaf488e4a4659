"""The first commit of a repository that CloudFormation makes with code: the files of a zip.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-codecommit-repository-code.html
Author and message are those that AWS's own first commits carry (observed in public records of them).
Refused, by name: a path that leaves the repository or enters `.git`, and a symbolic link that leads out
of it. Assumed: the branch's creation makes an event as any other does.
"""

from __future__ import annotations

import io
import posixpath
import stat
import zipfile
import zlib

from localcloud.codecommit import commits, names, trees
from localcloud.codecommit.commits import Person
from localcloud.codecommit.references import BRANCHES, ReferenceChange
from localcloud.codecommit.repository import Repository
from localcloud.errors import AwsError

AUTHOR = Person("AWS CodeCommit", "noreply-awscodecommit@amazon.com")
# The files are read into memory.
MOST_BYTES = 1 << 30
MESSAGE = "Initial commit by AWS CodeCommit"


def seed(repository: Repository, archive: bytes, branch: str, caller_arn: str) -> str:
    """Commit a zip's files to a new branch; the commit's id. AwsError if the zip cannot be used."""
    files = _files(archive)
    directory = repository.directory
    blobs = trees.store_blobs(directory, [content for _, content in files.values()])
    modes = [mode for mode, _ in files.values()]
    entries = dict(zip(files, zip(modes, blobs, strict=True), strict=True))
    tree = trees.write_tree(directory, None, entries)
    commit_id = commits.make(directory, tree, [], AUTHOR, MESSAGE)
    change = ReferenceChange(BRANCHES + branch, None, commit_id)
    repository.change_reference(change, caller_arn)
    return commit_id


def _files(archive: bytes) -> dict[str, tuple[str, bytes]]:
    """The zip's files: path, and mode and content."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as zipped:
            if sum(info.file_size for info in zipped.infolist()) > MOST_BYTES:
                raise zipfile.BadZipFile(f"it has more than {MOST_BYTES} bytes")
            files = {
                _path(info.filename): (_mode(info), zipped.read(info))
                for info in zipped.infolist()
                if not info.is_dir()
            }
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        RuntimeError,
        NotImplementedError,
    ) as error:
        raise AwsError(
            "InvalidRequest", f"the repository's code is no readable zip: {error}"
        ) from error
    for path, (mode, content) in files.items():
        if mode == trees.SYMLINK:
            _check_link(path, content)
        above = path
        while above := posixpath.dirname(above):
            if above in files:
                raise AwsError(
                    "InvalidRequest", f"the repository's code has both {above} and {path}"
                )
    return files


def _path(name: str) -> str:
    if name.startswith("/") or "\\" in name:
        raise AwsError("InvalidPathException", f"The path {name} is not valid")
    return names.path(name)


def _mode(info: zipfile.ZipInfo) -> str:
    mode = info.external_attr >> 16
    if stat.S_ISLNK(mode):
        return trees.SYMLINK
    return trees.EXECUTABLE if mode & stat.S_IXUSR else trees.NORMAL


def _check_link(path: str, content: bytes) -> None:
    target = content.decode(errors="surrogateescape")
    reached = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if posixpath.isabs(target) or reached == ".." or reached.startswith("../"):
        raise AwsError(
            "InvalidPathException",
            f"The symbolic link {path} leads out of the repository: {target}",
        )
