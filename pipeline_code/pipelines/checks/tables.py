"""The data sets of a check: CSV files of a directory, read in chunks as text.

Text, and not numbers, because a check has to see what is there: `007`, ` 1` and `1.0` are different
values, and a column that pandas would call an object is the data_type_check's to judge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from .errors import CheckError

CHUNK_ROWS = 100_000


@dataclass(frozen=True)
class Csv:
    """How the files are written: with a header line or without, or with these names.

    Without header and names, columns are `_c0`, `_c1`, … as Model Monitor has them.
    """

    header: bool = False
    names: Sequence[str] | None = None


def data_files(directory: Path) -> list[Path]:
    """The files below the directory, in the order of their names; hidden ones are not data."""
    files = sorted(
        path
        for path in directory.rglob("*")
        if path.is_file() and not path.name.startswith((".", "_"))
    )
    if not files:
        raise CheckError(f"no data in {directory}: at least one CSV file is needed")
    return files


def read_chunks(
    files: Sequence[Path], form: Csv, chunk_rows: int = CHUNK_ROWS
) -> Iterator[pd.DataFrame]:
    """All rows as frames of text with at most `chunk_rows` rows; a missing value is "".

    Raises CheckError for a file that cannot be parsed, for files whose columns differ, and for
    a data set without a row.
    """
    names: list[str] | None = list(form.names) if form.names is not None else None
    rows = 0
    for path in files:
        for chunk in _chunks(path, form, chunk_rows):
            if not form.header:
                chunk.columns = [f"_c{index}" for index in range(chunk.shape[1])]
            if names is None:
                names = [str(name) for name in chunk.columns]
            if chunk.shape[1] != len(names):
                raise CheckError(
                    f"{path.name} has {chunk.shape[1]} columns; {len(names)} are needed: "
                    + ", ".join(names)
                )
            if form.header and form.names is None and list(chunk.columns) != names:
                raise CheckError(
                    f"{path.name} has the columns {', '.join(map(str, chunk.columns))}; "
                    f"the files before it have {', '.join(names)}"
                )
            chunk.columns = names
            rows += len(chunk)
            yield chunk
    if rows == 0:
        raise CheckError(
            f"the data set has no rows ({', '.join(path.name for path in files)}); "
            "a check needs at least one"
        )


def _chunks(path: Path, form: Csv, chunk_rows: int) -> Iterator[pd.DataFrame]:
    try:
        yield from pd.read_csv(
            path,
            header=0 if form.header else None,
            dtype=str,
            keep_default_na=False,
            na_filter=False,
            chunksize=chunk_rows,
            encoding="utf-8",
        )
    except pd.errors.EmptyDataError:
        return
    except (pd.errors.ParserError, UnicodeDecodeError) as error:
        raise CheckError(f"{path.name} is not a CSV file in UTF-8: {error}") from error
