"""Whether a study may go on from another one, and what it takes over."""

from dataclasses import dataclass

from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.design import Design
from proofmark_contracts.message import TableRef
from proofmark_contracts.study import Continues, StudyOpened
from proofmark_intake.submission import Unacceptable

KEPT = ("parameters", "correlations", "requirements")
"""Parts of a spec without which the parent's runs are not runs of this one."""


@dataclass(frozen=True)
class TakenOver:
    """What a child study has from its parent."""

    imports: tuple[tuple[TableRef, TableRef], ...] = ()
    mixed_model: bool = False


def taken_over(continues: Continues, design: Design, parent: StudyOpened, assessed: ReliabilityAssessed) -> TakenOver:
    """Hold a continuation to what its parent asked and found.

    Raises
    ------
    Unacceptable
        The child asks something else than its parent, or there is nothing to go on with.
    """
    _same_question(continues, design, parent.design)
    if continues.purpose == "extend":
        _extensible(design, parent.design, assessed)
    elif not assessed.missing_by_status:
        raise Unacceptable(f"continues: every run of {continues.parent} has an answer: nothing runs again")
    return TakenOver(assessed.batches, _model(design) != _model(parent.design))


def _model(design: Design) -> tuple[object, ...]:
    """All that a run depends on beside its vector."""
    return design.model, design.controller, design.thermal


def _same_question(continues: Continues, design: Design, before: Design) -> None:
    for part in KEPT:
        if getattr(design, part) != getattr(before, part):
            raise Unacceptable(f"{part}: expected what {continues.parent} has, got something else")
    free = {"samples"} if continues.purpose == "extend" else set()
    plan, earlier = (one.reliability.model_dump(exclude=free) for one in (design, before))
    for name, value in plan.items():
        if value != earlier[name]:
            raise Unacceptable(
                f"reliability.{name}: expected {earlier[name]!r} as in {continues.parent}, got {value!r}"
            )


def _extensible(design: Design, before: Design, assessed: ReliabilityAssessed) -> None:
    """A sequence that was planned may go on; anything else was assessed once and for all."""
    if _model(design) != _model(before):
        raise Unacceptable("model: expected the parent's, got another: a sequence goes on with the same model")
    plain = all(block.role == "plain" for told in assessed.rounds for block in told.blocks)
    if before.reliability.stop == "samples" or not plain:
        raise Unacceptable(
            "continues: only plain Monte Carlo under a stop rule (stop: settled, width or budget) may be extended; "
            "extending anything else until it passes would approve too often"
        )
    if assessed.settled:
        raise Unacceptable("continues: the parent's verdict is settled: more runs cannot change it")
    if design.reliability.samples <= assessed.estimates[0].samples:
        raise Unacceptable(
            f"reliability.samples: expected more than the {assessed.estimates[0].samples} runs there are, "
            f"got {design.reliability.samples}"
        )
