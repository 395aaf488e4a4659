"""One commit's files as a zip: what CodePipeline's source action hands on.

Without `.git`; executable bits and symbolic links are kept as zip entries can say them. Submodules are
left out (assumed). What `.gitattributes` says of archives and line ends is not applied: the bytes are
those of the commit. The same commit gives the same zip.
"""

from __future__ import annotations

import io
import stat
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from localcloud.codecommit import trees
from localcloud.codecommit.git_command import line


def zip_of_commit(directory: Path, commit_id: str) -> bytes:
    """The zip of a commit of the repository in `directory`; GitError if there is no such commit."""
    entries = [entry for entry in trees.all_entries(directory, commit_id) if entry.kind == "blob"]
    contents = trees.read_blobs(directory, [entry.object_id for entry in entries])
    seconds = int(line(directory, "show", "--no-patch", "--format=%ct", commit_id))
    # A zip's times begin in 1980.
    moment = max(datetime.fromtimestamp(seconds, UTC), datetime(1980, 1, 1, tzinfo=UTC))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for entry, content in zip(entries, contents, strict=True):
            info = zipfile.ZipInfo(entry.path, moment.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # Unix: the mode below is read
            info.external_attr = _mode(entry.mode) << 16
            zipped.writestr(info, content)
    return archive.getvalue()


def _mode(mode: str) -> int:
    if mode == trees.SYMLINK:
        return stat.S_IFLNK | 0o777
    return stat.S_IFREG | (0o755 if mode == trees.EXECUTABLE else 0o644)
