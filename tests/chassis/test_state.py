"""Fold state on a real server: written only by who saw the last of it."""

import asyncio

import pytest

from proofmark_chassis.errors import MessageTooLarge, StateConflict
from proofmark_chassis.names import STATE_BUCKET
from proofmark_chassis.state import StateStore
from proofmark_chassis.testing import TestBus
from proofmark_contracts.message import Zone


def state_of(bus: TestBus) -> StateStore:
    return StateStore(bus.clients[Zone.CORE])


async def test_what_was_written_is_what_is_read(shared: TestBus) -> None:
    assert await state_of(shared).load("read.s-r1") == (None, 0)
    revision = await state_of(shared).compare_and_set("read.s-r1", b"one", 0)
    assert await state_of(shared).load("read.s-r1") == (b"one", revision)


async def test_who_saw_an_older_state_does_not_write(shared: TestBus) -> None:
    state = state_of(shared)
    first = await state.compare_and_set("older.s-r1", b"one", 0)
    second = await state.compare_and_set("older.s-r1", b"two", first)
    for stale in (0, first, second + 1000):
        with pytest.raises(StateConflict, match=f"state older.s-r1: expected revision {stale}"):
            await state.compare_and_set("older.s-r1", b"three", stale)
    assert await state.load("older.s-r1") == (b"two", second)


async def test_of_many_writers_at_once_one_wins(shared: TestBus) -> None:
    writers = [state_of(shared).compare_and_set("race.s-r1", b"%d" % i, 0) for i in range(20)]
    outcomes = await asyncio.gather(*writers, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["StateConflict"] * 19 + ["int"]


async def test_a_deleted_entry_is_empty_and_can_be_written_again(shared: TestBus) -> None:
    state = state_of(shared)
    await state.compare_and_set("gone.s-r1", b"one", 0)
    await (await shared.clients[Zone.CORE].jetstream().key_value(STATE_BUCKET)).delete("gone.s-r1")
    nothing, revision = await state.load("gone.s-r1")
    assert nothing is None
    await state.compare_and_set("gone.s-r1", b"two", revision)
    assert (await state.load("gone.s-r1"))[0] == b"two"


async def test_an_entry_that_cannot_travel_is_told_before_it_costs_the_connection(shared: TestBus) -> None:
    with pytest.raises(MessageTooLarge):
        await state_of(shared).compare_and_set("large.s-r1", b"x" * (1 << 20), 0)
    assert shared.clients[Zone.CORE].is_connected
