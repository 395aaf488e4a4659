"""What the files of a report say: test cases of JUnit's XML, coverage of Cobertura's and Clover's. Pure.

https://docs.aws.amazon.com/codebuild/latest/userguide/test-reporting.html. A build's files are not to be
trusted: a file of more than `MOST_BYTES`, and one that declares entities, is not read. A document type
that only names its definition is let be (Cobertura's files have one); nothing is fetched. Assumed: a
case's prefix is its class, and how Clover's and Cobertura's counts become those of CodeBuild.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.parsers import expat

MOST_BYTES = 32 << 20
NANOSECONDS = 1_000_000_000
FAILED = ("FAILED", "ERROR")
_OUTCOMES = {"failure": "FAILED", "error": "ERROR", "skipped": "SKIPPED"}


class BadReport(Exception):
    """A file that cannot be read as what it should be; the text says why."""


@dataclass(frozen=True)
class TestCase:
    """One test's result; `status` is CodeBuild's, `nanoseconds` how long it took."""

    __test__ = False  # pytest: this is no class of tests

    name: str
    suite: str
    prefix: str
    status: str
    nanoseconds: int
    message: str
    path: str


@dataclass(frozen=True)
class Coverage:
    """What tests cover of one file, in lines and branches."""

    path: str
    lines_covered: int
    lines_missed: int
    branches_covered: int
    branches_missed: int


def junit(content: bytes, path: str) -> list[TestCase]:
    """The test cases of a file; raises BadReport."""
    root = _parsed(content)
    if _tag(root) not in ("testsuites", "testsuite"):
        raise BadReport(f"its root is <{_tag(root)}>, and must be <testsuites> or <testsuite>")
    return [
        _case(case, suite.get("name", ""), path)
        for suite in root.iter()
        if _tag(suite) == "testsuite"
        for case in suite
        if _tag(case) == "testcase"
    ]


def _case(case: ElementTree.Element, suite: str, path: str) -> TestCase:
    status, message = "SUCCEEDED", ""
    for part in case:
        if _tag(part) in _OUTCOMES:
            status = _OUTCOMES[_tag(part)]
            message = "\n".join(
                filter(None, (part.get("message", "").strip(), (part.text or "").strip()))
            )
            break
    try:
        nanoseconds = int(float(case.get("time", "0").replace(",", "")) * NANOSECONDS)
    except (ValueError, OverflowError):
        nanoseconds = 0
    return TestCase(
        case.get("name", ""), suite, case.get("classname", ""), status, nanoseconds, message, path
    )


def cobertura(content: bytes, path: str) -> list[Coverage]:
    """The coverage of each file in a file of Cobertura's; raises BadReport."""
    root = _parsed(content)
    if _tag(root) != "coverage":
        raise BadReport(f"its root is <{_tag(root)}>, and must be <coverage>")
    lines: dict[str, dict[str, tuple[bool, int, int]]] = {}
    for each in root.iter():
        if _tag(each) != "class":
            continue
        known = lines.setdefault(each.get("filename", ""), {})
        # A line stands with its method and again with its class.
        for line in (line for line in each.iter() if _tag(line) == "line"):
            known[line.get("number", "")] = (_number(line, "hits") > 0, *_branches(line))
    return [
        Coverage(
            name,
            sum(hit for hit, _, _ in known.values()),
            sum(not hit for hit, _, _ in known.values()),
            sum(covered for _, covered, _ in known.values()),
            sum(missed for _, _, missed in known.values()),
        )
        for name, known in lines.items()
    ]


def _branches(line: ElementTree.Element) -> tuple[int, int]:
    """Covered and missed branches, of `50% (1/2)`."""
    _, _, counts = line.get("condition-coverage", "").partition("(")
    covered, _, total = counts.rstrip(")").partition("/")
    if line.get("branch") != "true" or not (covered.isdecimal() and total.isdecimal()):
        return 0, 0
    return int(covered), max(int(total) - int(covered), 0)


def clover(content: bytes, path: str) -> list[Coverage]:
    """The coverage of each file in a file of Clover's; raises BadReport."""
    root = _parsed(content)
    if _tag(root) != "coverage":
        raise BadReport(f"its root is <{_tag(root)}>, and must be <coverage>")
    return list(_clover_files(root))


def _clover_files(root: ElementTree.Element) -> Iterator[Coverage]:
    for file in (each for each in root.iter() if _tag(each) == "file"):
        metrics = next((each for each in file if _tag(each) == "metrics"), None)
        if metrics is None:
            continue
        lines, branches = _number(metrics, "statements"), _number(metrics, "conditionals")
        hit, taken = _number(metrics, "coveredstatements"), _number(metrics, "coveredconditionals")
        name = file.get("path", file.get("name", ""))
        yield Coverage(name, hit, max(lines - hit, 0), taken, max(branches - taken, 0))


# By the format's name in a buildspec: of which type its group is, and what reads a file.
TESTS: Mapping[str, Callable[[bytes, str], list[TestCase]]] = {"JUNITXML": junit}
COVERAGES: Mapping[str, Callable[[bytes, str], list[Coverage]]] = {
    "CLOVERXML": clover,
    "COBERTURAXML": cobertura,
}
FORMATS = frozenset({*TESTS, *COVERAGES})


def type_of(file_format: str) -> str:
    """The type of the groups that take a format."""
    return "TEST" if file_format in TESTS else "CODE_COVERAGE"


def _number(element: ElementTree.Element, name: str) -> int:
    text = element.get(name, "0")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _parsed(content: bytes) -> ElementTree.Element:
    if len(content) > MOST_BYTES:
        raise BadReport(f"it has more than {MOST_BYTES} bytes")
    checker = expat.ParserCreate()
    checker.EntityDeclHandler = _refuse_entity
    try:
        checker.Parse(content, True)
        return ElementTree.fromstring(content)
    except (expat.ExpatError, ElementTree.ParseError, ValueError, LookupError) as error:
        raise BadReport(f"it is no XML: {error}") from error


def _refuse_entity(name: str, *_: object) -> None:
    raise BadReport(f"it declares the entity {name}")
