"""Whether a release's statement, the gate's decision and the facts under both tell one story."""

from collections.abc import Iterable, Iterator, Mapping

from proofmark_custody.decision import Decision
from proofmark_custody.documents import member, parse_object
from proofmark_custody.errors import Malformed, MalformedFact, Problem
from proofmark_custody.firmware import Firmware
from proofmark_custody.release import DECISION_FILE, FACTS_FOLDER, FIRMWARE_FILE, Claims, fact_file


def disagreements(
    claims: Claims, subjects: Mapping[str, str], decision: Decision, facts: Mapping[str, bytes]
) -> Iterator[Problem]:
    """Every contradiction.

    Parameters
    ----------
    claims, subjects
        Of the release's statement.
    decision : Decision
    facts : bytes by path in the folder
        Those facts whose bytes are the ones that the statement names.
    """
    compared = (
        ("study", claims.study, decision.study),
        ("verdict", claims.verdict, decision.verdict),
        ("sha256 of what the gate signed", claims.decision_sha256, decision.sha256),
    )
    yield from _unequal(DECISION_FILE, compared)
    decided_on = {fact_file(name): sha256 for name, sha256 in decision.facts.items()}
    stated_facts = {name: sha256 for name, sha256 in subjects.items() if name.startswith(FACTS_FOLDER)}
    for name in sorted(decided_on.keys() | stated_facts.keys()):
        expected, got = (digests.get(name, "nothing") for digests in (decided_on, stated_facts))
        if expected != got:
            yield Problem(name, f"sha256: expected {expected} by the gate's decision, got {got} by the statement")
    for name, data in facts.items():
        try:
            yield from _fact_disagreements(claims, name, data)
        except Malformed as exc:
            yield Problem(name, str(exc))


def firmware_disagreements(claims: Claims, subjects: Mapping[str, str], firmware: Firmware) -> Iterator[Problem]:
    """Every contradiction between a release's statement and the firmware's result in it."""
    compared = (
        ("study", claims.study, firmware.study),
        ("outcome", claims.firmware, firmware.outcome),
        ("sha256 of what was signed", claims.firmware_sha256, firmware.sha256),
        ("decision", claims.decision_sha256, firmware.decision_sha256),
    )
    yield from _unequal(FIRMWARE_FILE, compared)
    for name, built in firmware.files.items():
        got = subjects.get(name, "nothing")
        if got != built:
            yield Problem(name, f"sha256: expected {built} by the firmware's result, got {got} by the statement")
    for name in sorted(firmware.images.keys() & subjects.keys()):
        yield Problem(name, "expected by the firmware's result alone, since it depends on a key: got by the statement")


def _unequal(file: str, compared: Iterable[tuple[str, str | None, str]]) -> Iterator[Problem]:
    for what, stated, signed in compared:
        if stated != signed:
            yield Problem(file, f"{what}: expected {stated} by the statement, got {signed}")


def _fact_disagreements(claims: Claims, name: str, data: bytes) -> Iterator[Problem]:
    fact = parse_object(data, MalformedFact)
    study = member(fact, "study", str, MalformedFact)
    if study != claims.study:
        yield Problem(name, f"study: expected {claims.study} by the statement, got {study}")
    if name == fact_file("study.opened"):
        design = member(fact, "design", dict, MalformedFact)
        if design.get("firmware") is not None and claims.verdict == "approved" and claims.firmware is None:
            yield Problem(name, "the design asks for firmware: expected a result by the statement, got none")
        provenance = member(design, "provenance", dict, MalformedFact)
        for field in ("agent", "prompt_sha256", "context_sha256"):
            stated, opened = getattr(claims.origin, field), provenance.get(field)
            if stated != opened:
                yield Problem(name, f"{field} of the design: expected {stated} by the statement, got {opened}")
