"""Studies that go on from closed ones: runs without an answer again, and more runs under a watched sequence."""

import asyncio
from typing import Any

import numpy as np
import pytest

from proofmark.client import OperatorClient
from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.campaign import BatchPlanned
from proofmark_contracts.study import Continues, SpecAnswered, StudyClosed
from proofmark_contracts.tables import STATUS, decode_table
from tests.system.specs import expression_spec, python_spec

TENANT = "acme"
CRASHING = b"""
def evaluate_one(sample):
    if abs(sample["bore"] - 10.05e-3) > 1.645e-5:
        raise ValueError("no convergence")
    return {"clearance": sample["bore"] - sample["shaft"]}
"""
MENDED = b"""
def evaluate_one(sample):
    return {"clearance": sample["bore"] - sample["shaft"]}
"""
OTHER = b"""
def evaluate_one(sample):
    return {"clearance": 1.01 * (sample["bore"] - sample["shaft"])}
"""


async def answered(
    client: OperatorClient,
    document: dict[str, Any],
    files: dict[str, bytes] | None = None,
    continues: Continues | None = None,
    tenant: str = TENANT,
) -> SpecAnswered:
    async with asyncio.timeout(30):
        return await client.answer(tenant, await client.submit(tenant, document, files or {}, continues))


async def assessed(client: OperatorClient, *submission: Any) -> ReliabilityAssessed:
    answer = await answered(client, *submission)
    assert answer.study is not None, answer.reasons
    async with asyncio.timeout(60):
        await client.wait(StudyClosed, answer.study)
    return await client.wait(ReliabilityAssessed, answer.study)


async def outcomes(client: OperatorClient, found: ReliabilityAssessed) -> dict[str, np.ndarray]:
    _, table = found.batches[0]
    return decode_table(await client.object(table.sha256))


async def test_only_runs_without_an_answer_run_again_and_good_ones_are_taken_over(client: OperatorClient) -> None:
    """A tenth of the runs crashes; the mended model answers them, and says of twenty good ones what was said before."""
    parent = await assessed(client, python_spec(samples=300, seed=41), {"model.py": CRASHING})
    lost = parent.missing_by_status["error"]
    assert 15 <= lost <= 50
    before = parent.estimates[0]
    assert before.bound_low < 1 - lost / 300 < before.bound_high

    again = Continues(parent=parent.study, purpose="rerun-missing")
    child = await assessed(client, python_spec(samples=300, seed=41), {"model.py": MENDED}, again)
    assert (child.parent, child.mixed_model) == (parent.study, True)
    after = child.estimates[0]
    assert (after.samples, after.missing, after.certified) == (300, 0, before.certified)
    plan = await client.wait(BatchPlanned, child.study, 0)
    assert sum(plan.chunks) == lost + again.checks

    old, new = await outcomes(client, parent), await outcomes(client, child)
    good = old[STATUS] == 0
    assert np.array_equal(old["clearance"][good], new["clearance"][good])
    assert (new[STATUS] == 0).all()
    whole = await assessed(client, python_spec(samples=300, seed=41), {"model.py": MENDED})
    at_once = await outcomes(client, whole)
    assert {name: column.tolist() for name, column in at_once.items()} == {n: c.tolist() for n, c in new.items()}


async def test_a_model_that_says_something_else_is_labelled_and_not_certified(client: OperatorClient) -> None:
    parent = await assessed(client, python_spec(samples=300, seed=42), {"model.py": CRASHING})
    again = Continues(parent=parent.study, purpose="rerun-missing", checks=5)
    child = await assessed(client, python_spec(samples=300, seed=42), {"model.py": OTHER}, again)
    told = f"mixed model: 5 of 5 runs of {parent.study} that ran again say something else"
    assert child.estimates[0].certified == "no"
    assert told in child.reasons


async def test_a_watched_sequence_goes_on_in_a_child(client: OperatorClient) -> None:
    """The child's numbers are those of one long study: extending is not looking twice."""
    plan: dict[str, Any] = {"method": "monte-carlo", "stop": "settled", "target": 0.972, "seed": 43}
    parent = await assessed(client, expression_spec("20 um", samples=300, **plan))
    assert parent.settled is False
    longer = expression_spec("20 um", samples=3000, **plan)
    child = await assessed(client, longer, None, Continues(parent=parent.study, purpose="extend"))
    assert child.estimates[0].samples > 300
    first, *later = child.batches
    assert later
    assert first[0] == parent.batches[0][0]
    assert (await client.wait(BatchPlanned, child.study, 0)).chunks == ()


@pytest.mark.parametrize(
    ("change", "purpose", "told"),
    [
        ({"samples": 500}, "extend", "continues: only plain Monte Carlo under a stop rule"),
        ({}, "rerun-missing", "every run of {parent} has an answer: nothing runs again"),
        ({"seed": 45}, "rerun-missing", "reliability.seed: expected 44 as in {parent}, got 45"),
    ],
)
async def test_what_cannot_go_on_is_refused_with_the_reason(
    client: OperatorClient, change: dict[str, Any], purpose: Any, told: str
) -> None:
    parent = await assessed(client, expression_spec("20 um", samples=200, seed=44))
    child = {"samples": 200, "seed": 44, **change}
    answer = await answered(
        client, expression_spec("20 um", **child), None, Continues(parent=parent.study, purpose=purpose)
    )
    assert answer.study is None
    assert told.format(parent=parent.study) in answer.reasons[0]


async def test_nobody_goes_on_from_another_tenants_study(client: OperatorClient) -> None:
    parent = await assessed(client, expression_spec("20 um", samples=200, seed=46))
    continues = Continues(parent=parent.study, purpose="rerun-missing")
    answer = await answered(client, expression_spec("20 um", samples=200, seed=46), None, continues, "evil")
    assert answer.reasons == (f"continues.parent: tenant evil has no study {parent.study}",)
