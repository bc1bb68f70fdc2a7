"""Folds: counting facts in the order the fold names them, whatever order they arrive in.

A fold says which fact it needs next and reads it by its subject; arrivals only wake it. What follows from a fact is
published before the compare-and-set that covers it, so a kill between the two repeats harmlessly, and two may run.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any, Generic, TypeVar

import structlog
from nats.aio.msg import Msg
from pydantic import BaseModel

from proofmark_chassis import telemetry
from proofmark_chassis.connection import AWAY, Received
from proofmark_chassis.consuming import ATTEMPTS, BACKOFF_S, HOPELESS, Means, backoff_s, decode
from proofmark_chassis.context import Context
from proofmark_chassis.errors import ChassisError, Rejected, RetryLater, StateConflict
from proofmark_chassis.names import durable
from proofmark_chassis.pulling import deliveries
from proofmark_chassis.slots import Slots
from proofmark_chassis.tasks import InWork
from proofmark_contracts.message import Message

S = TypeVar("S", bound=BaseModel)

Address = tuple[type[Message], tuple[object, ...]]
"""A message class and the ids of the one wanted."""
Wanted = Callable[[Any, str], Address | None]
Reducer = Callable[[Any, Any, Context], Awaitable[tuple[Any, Sequence[Message]]]]

WAKES_IN_WORK = 256
CONFLICT_S = 0.05

log = structlog.get_logger()


class _Stuck(ChassisError):
    """A fact could not be folded; the cause says why."""

    def __init__(self, fact: Received) -> None:
        super().__init__(f"cannot fold {fact.subject}")
        self.fact = fact


class Fold(Generic[S]):
    """One fold over the facts of every study."""

    def __init__(self, means: Means, wake: type[Message], state: type[S], wanted: Wanted, reducer: Reducer) -> None:
        self.name = durable(means.context.service, wake)
        self._means = means
        self._wake = wake
        self._state = state
        self._wanted = wanted
        self._reducer = reducer
        self._slots = Slots(WAKES_IN_WORK)
        self._arrived: defaultdict[str, list[Msg]] = defaultdict(list)
        self._advancing: set[str] = set()
        self._in_work = InWork()
        self._failures: Counter[str] = Counter()
        self._parked: set[str] = set()
        telemetry.declare(self.name)

    async def run(self) -> None:
        client = self._means.context.clients[self._wake.zone]
        async with aclosing(deliveries(client, self._wake.stream, self.name, self._slots, self.name)) as messages:
            async for message in messages:
                self._slots.take()
                telemetry.taken(self.name, message)
                self._means.leases.hold(message)
                study = self._wake.ids_of(message.subject)["study"]
                self._arrived[study].append(message)
                if study not in self._advancing:
                    self._advancing.add(study)
                    self._in_work.start(self._advance_while_waking(study))

    async def drain(self, grace_s: float) -> None:
        await self._in_work.drain(grace_s)

    async def _advance_while_waking(self, study: str) -> None:
        try:
            while wakes := self._arrived.pop(study, []):
                began, outcome = time.perf_counter(), "handed-back"
                try:
                    outcome = await self._answer(study, wakes)
                except Exception:
                    # No answer, or it did not get through: the leases run out, and the wakes come again.
                    log.exception("unanswered", fold=self.name, study=study)
                    outcome = "unanswered"
                except asyncio.CancelledError:
                    await self._put_off(wakes, 0.0)
                    raise
                finally:
                    for wake in wakes:
                        self._means.leases.release(wake)
                        self._slots.give_back()
                        telemetry.answered(self.name, outcome, time.perf_counter() - began)
        finally:
            self._advancing.remove(study)

    async def _answer(self, study: str, wakes: list[Msg]) -> str:
        try:
            await self._advance(study)
        except _Stuck as stuck:
            return await self._stand_still(study, stuck, wakes)
        except AWAY as error:
            log.warning("server_away", fold=self.name, study=study, error=str(error))
            await self._put_off(wakes, BACKOFF_S)
            return "server-away"
        self._failures.pop(study, None)
        for wake in wakes:
            await wake.ack()
        return "done"

    async def _advance(self, study: str) -> None:
        """Read the next wanted fact until there is none: publish what follows, then compare-and-set."""
        key = f"{self._means.context.service}.{study}"
        state, revision = await self._load(key)
        while (address := self._wanted(state, study)) is not None:
            cls, ids = address
            fact = await self._means.context.received(cls, *ids)
            if fact is None:
                return
            try:
                after, messages = await self._reducer(state, _decoded(cls, fact), self._means.context)
                await self._means.publisher.publish_all(list(messages))
                revision = await self._means.context.state.compare_and_set(
                    key, after.model_dump_json().encode(), revision
                )
                state = after
            except StateConflict as conflict:
                log.info("state_conflict", fold=self.name, reason=str(conflict))
                await asyncio.sleep(CONFLICT_S)
                state, revision = await self._load(key)
            except AWAY:
                raise
            except Exception as error:
                raise _Stuck(fact) from error

    async def _load(self, key: str) -> tuple[S | None, int]:
        data, revision = await self._means.context.state.load(key)
        return (self._state.model_validate_json(data) if data else None), revision

    async def _stand_still(self, study: str, stuck: _Stuck, wakes: list[Msg]) -> str:
        """Try the fact again later, or park it; what arrives behind a parked fact cannot be folded either."""
        cause = stuck.__cause__
        if isinstance(cause, RetryLater):
            await self._put_off(wakes, cause.delay_s)
            return "retry-later"
        self._failures[study] += 1
        failures = self._failures[study]
        log.error("fold_failed", fold=self.name, study=study, failures=failures, exc_info=cause)
        if failures < ATTEMPTS and not isinstance(cause, HOPELESS):
            await self._put_off(wakes, backoff_s(failures))
            return "failed"
        fact = stuck.fact
        if fact.subject not in self._parked:
            reason = f"{type(cause).__name__}: {cause}"
            dead_letters = self._means.dead_letters[self._wake.zone]
            await dead_letters.park(self._wake.stream, self.name, fact.subject, fact.sequence, fact.data, reason)
            self._parked.add(fact.subject)
        for wake in wakes:
            await wake.term()
        return "parked"

    async def _put_off(self, wakes: list[Msg], delay_s: float) -> None:
        for wake in wakes:
            await wake.nak(delay=delay_s)


def _decoded(cls: type[Message], fact: Received) -> Message:
    try:
        return decode(cls, fact.subject, fact.data, fact.headers)
    except ValueError as error:
        raise Rejected(f"does not decode as {cls.__name__}: {error}") from error
