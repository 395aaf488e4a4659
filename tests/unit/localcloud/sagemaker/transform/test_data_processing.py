"""Filters and joins of batch transform, as AWS's page describes them."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.errors import ValidationException
from localcloud.sagemaker.transform.data_processing import DataProcessing
from localcloud.sagemaker.transform.records import DataError

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataProcessing.html"
)


def processing(
    form: str = "text/csv", accept: str | None = None, assemble: str = "Line", **members: str
) -> DataProcessing:
    request: dict[str, Any] = {
        "TransformInput": {"ContentType": form, "SplitType": "Line"},
        "TransformOutput": {
            "Accept": form if accept is None else accept,
            "AssembleWith": assemble,
        },
        "DataProcessing": members,
    }
    return DataProcessing(request)


def test_nothing_is_touched_unless_asked_for() -> None:
    plain = processing("image/png", accept="")
    assert plain.prepare(b"\xff\x00") == b"\xff\x00"
    assert plain.finish([b"a"], b"\xff", "image/png") == b"\xff"


def test_an_id_column_is_kept_from_the_model_and_joined_to_the_prediction() -> None:
    made = processing(InputFilter="$[1:]", JoinSource="Input", OutputFilter="$[0,-1]")
    rows = [b'"a,1",2,3', b"b,4,5"]
    assert [made.prepare(row) for row in rows] == [b"2,3", b"4,5"]
    assert made.finish(rows, b"0.5\n0.25\n", "text/csv") == b'"a,1",0.5\nb,0.25'


def test_a_csv_row_is_followed_by_the_row_of_its_prediction() -> None:
    made = processing(JoinSource="Input")
    assert made.finish([b"1,2"], b"0.1,0.9\n", "text/csv") == b"1,2,0.1,0.9"


def test_one_column_of_a_row() -> None:
    assert processing(InputFilter="$[-1]").prepare(b"1,2") == b"2"
    assert processing(OutputFilter="$[0]").finish([b"x"], b"1,2\n3,4\n", "text/csv") == b"1\n3"


def test_a_whole_csv_object_is_filtered_row_by_row() -> None:
    assert processing(InputFilter="$[1:]").prepare(b"1,2,3\n4,5,6\n") == b"2,3\n5,6"


def test_json_objects_get_the_prediction_as_a_member() -> None:
    form = "application/jsonlines"
    made = processing(form, JoinSource="Input", InputFilter="$.features")
    records = [b'{"id": 1, "features": [1, 2]}', b'{"id": 2, "features": [3, 4]}']
    assert made.prepare(records[0]) == b"[1,2]"
    joined = made.finish(records, b'{"score":0.5}\n{"score":0.7}\n', form)
    assert joined == (
        b'{"id":1,"features":[1,2],"SageMakerOutput":{"score":0.5}}\n'
        b'{"id":2,"features":[3,4],"SageMakerOutput":{"score":0.7}}'
    )
    made = processing(form, JoinSource="Input", OutputFilter="$['id','SageMakerOutput']")
    assert made.finish(records[:1], b"0.5", form) == b'{"id":1,"SageMakerOutput":0.5}'


def test_other_json_becomes_an_object_of_both() -> None:
    made = processing("application/json", JoinSource="Input")
    assert made.finish([b"[1, 2]"], b'{\n "p": 3\n}', "application/json") == (
        b'{"SageMakerInput":[1,2],"SageMakerOutput":{"p":3}}'
    )


def test_a_whole_object_of_json_lines_is_filtered_line_by_line() -> None:
    made = processing("application/jsonlines", InputFilter="$.a")
    assert made.prepare(b'{"a": 1}\n\n{"a": [2]}\n') == b"1\n[2]"


def test_what_does_not_fit_together_is_an_error_of_the_data() -> None:
    with pytest.raises(DataError, match="2 records were sent and 1 predictions"):
        processing(JoinSource="Input").finish([b"1", b"2"], b"0\n", "text/csv")
    with pytest.raises(DataError, match="index 5 is outside of 2"):
        processing(OutputFilter="$[5]").finish([b"1"], b"1,2\n", "text/csv")
    with pytest.raises(DataError, match="are not json"):
        processing("application/json", InputFilter="$.a").prepare(b"{")
    with pytest.raises(DataError, match="needs CSV or JSON, not 'image/png'"):
        processing(accept="", OutputFilter="$[0]").finish([b"1"], b"", "image/png")


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"InputFilter": "$..a"}, "DataProcessing.InputFilter: '"),
        ({"OutputFilter": "a"}, "DataProcessing.OutputFilter: 'a' does not begin"),
        ({"form": "image/png", "InputFilter": "$.a"}, "ContentType that is one of text/csv, "),
        ({"accept": "image/png", "OutputFilter": "$.a"}, "Accept that is one of text/csv, "),
        ({"accept": "", "JoinSource": "Input"}, "Accept and ContentType to be the same"),
        ({"assemble": "None", "JoinSource": "Input"}, "AssembleWith and SplitType to be the same"),
    ],
)
def test_what_cannot_work_is_refused_at_once(members: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationException, match=said):
        processing(**members)
