"""A transform job's DataProcessing: what of the input is sent, what of the result is kept. Pure.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataProcessing.html: CSV and JSON only; a
CSV row is an array. Joined, a CSV row is followed by the row of its prediction; a JSON object gets a
member `SageMakerOutput`, anything else becomes an object of `SageMakerInput` and `SageMakerOutput`.
Assumed: the words of errors; JSON is written without blanks; that a join needs an Accept that is the
ContentType, and an AssembleWith that is the SplitType, is refused when the job is made.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from localcloud.errors import ValidationException
from localcloud.sagemaker.transform import json_path
from localcloud.sagemaker.transform.records import DataError

_FORMATS = {
    "text/csv": "csv",
    "application/json": "json",
    "application/jsonlines": "jsonlines",
    "application/x-jsonlines": "jsonlines",
}
# In these a line is a value, whether or not the object was split.
_BY_LINE = ("csv", "jsonlines")


class DataProcessing:
    """The filters and the join of one job. Raises ValidationException for what cannot work."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        given = request.get("DataProcessing") or {}
        self._input_filter = _parse("InputFilter", given.get("InputFilter") or "$")
        self._output_filter = _parse("OutputFilter", given.get("OutputFilter") or "$")
        self._joins = given.get("JoinSource") == "Input"
        source, target = request["TransformInput"], request["TransformOutput"]
        self._format = _format(source.get("ContentType") or "")
        accept = target.get("Accept") or ""
        if (self._input_filter or self._joins) and self._format is None:
            raise _not_processed("ContentType", source.get("ContentType"))
        if self._output_filter and accept and _format(accept) is None:
            raise _not_processed("Accept", accept)
        if self._joins:
            _require_alike("Accept", accept, "ContentType", source.get("ContentType") or "")
            _require_alike(
                "AssembleWith",
                target.get("AssembleWith") or "None",
                "SplitType",
                source.get("SplitType") or "None",
            )

    def prepare(self, record: bytes) -> bytes:
        """A record as it is sent to the container. Raises DataError."""
        if not self._input_filter:
            return record
        return self._write(self._select(self._input_filter, self._read([record])), self._format)

    def finish(self, records: Sequence[bytes], answer: bytes, content_type: str) -> bytes:
        """What is kept of the container's answer to these records. Raises DataError."""
        if not self._joins and not self._output_filter:
            return answer
        form = self._format if self._joins else _format(content_type)
        if form is None:
            raise DataError(f"OutputFilter needs CSV or JSON, not '{content_type}'")
        # The answer to one record is one document, whatever its lines.
        parts = answer.splitlines() if form in _BY_LINE or len(records) > 1 else [answer]
        values = _rows(parts, form)
        if self._joins:
            values = self._join(self._read(records), values)
        return self._write(self._select(self._output_filter, values), form)

    def _read(self, records: Sequence[bytes]) -> list[Any]:
        lines = [line for record in records for line in record.splitlines()]
        return _rows(lines if self._format in _BY_LINE else records, self._format)

    def _join(self, inputs: list[Any], outputs: list[Any]) -> list[Any]:
        if len(inputs) != len(outputs):
            raise DataError(
                f"{len(inputs)} records were sent and {len(outputs)} predictions came back: they "
                "cannot be joined"
            )
        pairs = zip(inputs, outputs, strict=True)
        if self._format == "csv":
            return [[*given, *predicted] for given, predicted in pairs]
        return [
            {
                **(given if isinstance(given, dict) else {"SageMakerInput": given}),
                **_named(predicted),
            }
            for given, predicted in pairs
        ]

    def _select(self, parts: tuple[json_path.Part, ...], values: list[Any]) -> list[Any]:
        try:
            return [json_path.select(parts, value) for value in values]
        except json_path.JsonPathError as error:
            raise DataError(f"the filter finds nothing: {error}") from error

    def _write(self, values: list[Any], form: str | None) -> bytes:
        if form == "csv":
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\n")
            writer.writerows(value if isinstance(value, list) else [value] for value in values)
            return text.getvalue().rstrip("\n").encode()
        documents = (json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in values)
        return "\n".join(documents).encode()


def _parse(member: str, expression: str) -> tuple[json_path.Part, ...]:
    try:
        return json_path.parse(expression)
    except json_path.JsonPathError as error:
        raise ValidationException(f"DataProcessing.{member}: {error}") from error


def _format(media_type: str) -> str | None:
    return _FORMATS.get(media_type.split(";")[0].strip().lower())


def _not_processed(member: str, value: object) -> ValidationException:
    return ValidationException(
        f"DataProcessing needs a {member} that is one of {', '.join(_FORMATS)}, not {value!r}"
    )


def _require_alike(one: str, value: str, other: str, wanted: str) -> None:
    if value.split(";")[0].strip() != wanted.split(";")[0].strip():
        raise ValidationException(
            f"JoinSource Input needs {one} and {other} to be the same, not {value!r} and {wanted!r}"
        )


def _rows(parts: Sequence[bytes], form: str | None) -> list[Any]:
    try:
        if form == "csv":
            return [row for row in csv.reader(part.decode() for part in parts) if row]
        return [json.loads(part) for part in parts if part.strip()]
    except (ValueError, csv.Error) as error:
        raise DataError(f"the data are not {form}: {error}") from error


def _named(predicted: Any) -> dict[str, Any]:
    return {"SageMakerOutput": predicted}
