"""QueryLineage on graphs that are drawn: along and against the arrows, filters, paths, depth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from localcloud.sagemaker.lineage.artifact import Artifact
from localcloud.sagemaker.lineage.association import Association
from localcloud.sagemaker.lineage.context import Context
from localcloud.sagemaker.lineage.entity import Entity
from localcloud.sagemaker.lineage.query import Found, query

PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/querying-lineage-entities.html"
pytestmark = pytest.mark.documented(PAGE)
START = datetime(2026, 1, 1, tzinfo=UTC)


class Drawing:
    """`a>b` is an association; the type of an entity is its first letter."""

    def __init__(self, drawn: str) -> None:
        self.entities: dict[str, Entity] = {}
        self.associations: list[Association] = []
        for number, arrow in enumerate(drawn.split()):
            source, destination = (self._entity(name) for name in arrow.split(">"))
            self.associations.append(
                Association(source, destination, "ContributedTo", START, number)
            )

    def _entity(self, name: str) -> Entity:
        kind = Context if name.startswith("c") else Artifact
        number = len(self.entities)
        return self.entities.setdefault(
            name,
            kind(
                arn=name,
                type=name[0],
                source={"SourceUri": name},
                created=START + timedelta(days=number),
                number=number,
                given={"Properties": {"name": name}},
            ),
        )

    def query(self, start: str, **members: Any) -> Found:
        return query(self.entities[start], self.associations, **members)

    def names(self, start: str, **members: Any) -> str:
        return " ".join(each.arn for each in self.query(start, **members).vertices)


CHAIN = Drawing("data>job job>model image>job model>action action>cendpoint model>cgroup")


@pytest.mark.parametrize(
    ("start", "direction", "found"),
    [
        ("model", "Ascendants", "job data image"),
        ("model", "Descendants", "action cgroup cendpoint"),
        ("cendpoint", "Ascendants", "action model job data image"),
        ("cendpoint", "Descendants", ""),
        ("image", "Both", "job data model action cgroup cendpoint"),
    ],
)
def test_directions(start: str, direction: str, found: str) -> None:
    assert CHAIN.names(start, direction=direction) == found


def test_both_goes_both_ways_from_each_entity() -> None:
    drawn = Drawing("image>job1 image>job2 job1>cone job2>ctwo")
    assert drawn.names("cone", direction="Both", filters={"LineageTypes": ["Context"]}) == "ctwo"
    assert drawn.names("cone", direction="Ascendants", filters={"Types": ["c"]}) == ""


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"Types": ["d"]}, "data"),
        ({"LineageTypes": ["Artifact"], "Types": ["j", "i"]}, "job image"),
        ({"Properties": {"name": "data", "other": "x"}}, "data"),
        ({"CreatedBefore": (START + timedelta(days=1)).timestamp()}, "data"),
        ({"CreatedAfter": (START + timedelta(days=1)).timestamp()}, "image"),
        ({"ModifiedAfter": (START + timedelta(days=9)).timestamp()}, ""),
    ],
)
def test_filters(filters: dict[str, Any], found: str) -> None:
    assert CHAIN.names("model", direction="Ascendants", filters=filters) == found


def test_edges_come_with_the_entities_on_the_path() -> None:
    found = CHAIN.query(
        "cendpoint", direction="Ascendants", include_edges=True, filters={"Types": ["d"]}
    )
    assert [each.arn for each in found.vertices] == ["cendpoint", "action", "model", "job", "data"]
    assert {each.key for each in found.edges} == {
        ("action", "cendpoint"),
        ("model", "action"),
        ("job", "model"),
        ("data", "job"),
    }


def test_depth_is_a_number_of_associations() -> None:
    assert CHAIN.names("cendpoint", direction="Ascendants", max_depth=2) == "action model"


def test_a_cycle_ends() -> None:
    drawn = Drawing("a>b b>d d>a")
    assert drawn.names("a", direction="Descendants") == "b d"
    assert len(drawn.query("a", direction="Both", include_edges=True).edges) == 2


def test_nothing_connected_is_nothing_found() -> None:
    found = CHAIN.query("cendpoint", direction="Descendants", include_edges=True)
    assert (found.vertices, found.edges) == ([], [])
