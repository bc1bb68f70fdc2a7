"""What no file may say, and no folder be called."""

import re

from .files import name_of, tracked

SUBJECT = re.compile(r"""["']pm\.(?!h["'])""")
REGISTRY = re.compile(r"https?://[^/\s\"']*(pypi|hosted|npm|registry|debian|golang|crates)")
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc"}


def test_only_contracts_spell_a_subject() -> None:
    """Tests may: they see subjects as outsiders do."""
    owners = ("libs/contracts/", "tests/")
    sources = [path for path in tracked("*.py") if not name_of(path).startswith(owners)]
    assert [name_of(path) for path in sources if SUBJECT.search(path.read_text())] == []
    assert SUBJECT.search('"p' + 'm.v1.study.opened.*"')


def test_no_file_names_a_package_registry() -> None:
    found = []
    for path in tracked():
        if match := REGISTRY.search(path.read_bytes().decode("utf-8", errors="replace")):
            found.append(f"{name_of(path)}: {match.group()}")
    assert found == []
    assert REGISTRY.search("http://" + "mirror.debian.example/a")


def test_modules_are_named_by_their_subject() -> None:
    assert [name_of(path) for path in tracked("*.py") if VAGUE & {path.stem, *path.parent.parts}] == []


def test_every_package_is_typed() -> None:
    rooms = ("libs", "services", "examples")
    packages = {path.parent for room in rooms for path in tracked(f"{room}/*/src/*/__init__.py")}
    assert [name_of(package) for package in sorted(packages) if not (package / "py.typed").exists()] == []
