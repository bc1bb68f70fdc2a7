"""Documents point at things that are there, and name every target and decision there is."""

import re
import subprocess
from pathlib import Path

import pytest

from .files import ROOT, name_of, tracked

TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def broken_links(document: Path) -> list[str]:
    targets = LINK.findall(document.read_text())
    return [target for target in targets if "://" not in target and not (document.parent / target).exists()]


@pytest.mark.parametrize("document", tracked("*.md"), ids=name_of)
def test_links_lead_somewhere(document: Path) -> None:
    assert broken_links(document) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text("[here](a.md#part) [there](b.md) [away](https://example.org/)")
    assert broken_links(document) == ["b.md"]


def missing_tests(text: str) -> list[str]:
    """Tests that a document names and nobody wrote."""
    found = []
    for path, name in TEST.findall(text):
        file = ROOT / path
        if not file.exists() or (name and f"def {name}(" not in file.read_text()):
            found.append(f"{path}::{name}" if name else path)
    return found


@pytest.mark.parametrize("document", tracked("docs/*.md"), ids=name_of)
def test_the_tests_that_hold_a_claim_exist(document: Path) -> None:
    assert missing_tests(document.read_text()) == []


def test_a_test_that_nobody_wrote_is_found() -> None:
    here = "tests/repository/test_documents.py"
    text = f"`{here}` `{here}::test_a_broken_link_is_found` `{here}::test_of_nothing` `tests/no/such.py`"
    assert missing_tests(text) == [f"{here}::test_of_nothing", "tests/no/such.py"]


def test_every_document_is_reached_from_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    linked = {(ROOT / "docs" / target).resolve() for target in LINK.findall(index)}
    written = {path for path in tracked("docs/*.md") if path.name != "README.md"}
    assert written - linked == set()


def test_decisions_say_context_options_choice_and_price() -> None:
    records = tracked("docs/adr/*.md")
    assert [path.name[:4] for path in records] == [f"{number:04d}" for number in range(1, len(records) + 1)]
    for record in records:
        headings = re.findall(r"^## (.*)$", record.read_text(), re.MULTILINE)
        assert headings == ["Context", "Options", "Choice", "What we lose"], record.name


@pytest.mark.parametrize(
    "target",
    [
        *("setup", "demo", "test", "check", "bench", "chaos", "test-isolated"),
        *("up", "down", "wheels", "lock", "clean"),
    ],
)
def test_make_alone_lists_every_target(target: str) -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.search(rf"^  make {target}  +\w", listed, re.MULTILINE)
