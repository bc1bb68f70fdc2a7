"""The lock covers what members declare, and names no place to get it from."""

import re
import tomllib
from functools import cache
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from proofmark_contracts.services import ON_ONE_MACHINE

from .files import ROOT, name_of, tracked

ADDED_BY_HAND = ("gmsh", "ngsolve", "openturns")
"""Extras that `make setup` leaves out: large or under another licence, and nothing needs them."""
MEMBERS = [path.parent for path in tracked("*/pyproject.toml")]


def project(member: str) -> Any:
    return tomllib.loads((ROOT / member / "pyproject.toml").read_text())


PIN = re.compile(r"^([\w.-]+)==([\w.!+-]+)(?: ;.*)? \\$", re.MULTILINE)


@cache
def locked(name: str) -> list[str]:
    """Versions pinned for a distribution; more than one where they depend on the version of Python."""
    pins = PIN.findall((ROOT / "requirements.lock").read_text())
    return [version for pin, version in pins if canonicalize_name(pin) == canonicalize_name(name)]


def pinned(requirement: Requirement) -> bool:
    return any(version in requirement.specifier for version in locked(requirement.name))


def third_party(requirements: list[str]) -> list[Requirement]:
    return [r for r in map(Requirement, requirements) if not r.name.startswith("proofmark")]


@pytest.mark.parametrize("member", [name_of(member) for member in MEMBERS])
def test_the_lock_holds_every_declared_dependency(member: str) -> None:
    declared = project(member)["project"]
    offered = declared.get("optional-dependencies", {})
    extras = [text for name, extra in offered.items() if name not in ADDED_BY_HAND for text in extra]
    for requirement in third_party([*declared["dependencies"], *extras]):
        assert any(version in requirement.specifier for version in locked(requirement.name)), (
            f"{requirement}: make lock"
        )


def test_the_lock_holds_the_tools_of_development() -> None:
    for requirement in third_party(project(".")["dependency-groups"]["dev"]):
        assert any(version in requirement.specifier for version in locked(requirement.name)), (
            f"{requirement}: make lock"
        )


def test_every_pin_has_a_hash() -> None:
    text = (ROOT / "requirements.lock").read_text()
    lines = text.splitlines()
    pins = [number for number, line in enumerate(lines) if line[:1].isalnum()]
    assert len(PIN.findall(text)) == len(pins) > 0
    assert all(lines[number + 1].strip().startswith("--hash=sha256:") for number in pins)


@pytest.mark.parametrize("member", [name_of(member) for member in MEMBERS])
def test_members_come_from_the_workspace(member: str) -> None:
    document = project(member)
    ours = {r.name for r in map(Requirement, document["project"]["dependencies"]) if r.name.startswith("proofmark")}
    sources = document.get("tool", {}).get("uv", {}).get("sources", {})
    assert sources == {name: {"workspace": True} for name in sorted(ours)}
    assert document["project"]["license"] == "Apache-2.0"


def test_the_command_line_brings_every_service_that_it_starts() -> None:
    brought = {r.name for r in map(Requirement, project("cli")["project"]["dependencies"])}
    needed = {f"proofmark-{name.replace('_', '-')}" for name in ON_ONE_MACHINE}
    assert needed - brought == set()


def test_no_member_is_taken_from_an_index() -> None:
    """Another project may hold the name there."""
    assert [name for name, _ in PIN.findall((ROOT / "requirements.lock").read_text()) if "proofmark" in name] == []
