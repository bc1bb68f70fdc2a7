"""Folds: counting facts in the order the fold names them, whatever order they arrive in.

A fold says which fact it needs next and reads it by its subject; arrivals only wake it. What follows from a fact is
published before the compare-and-set that covers it, so a kill between the two repeats harmlessly, and two may run.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

import structlog
from nats.aio.msg import Msg
from proofmark_contracts.message import Message
from pydantic import BaseModel

from proofmark_chassis.consuming import ATTEMPTS, BACKOFF_LIMIT_S, BACKOFF_S
from proofmark_chassis.context import Context
from proofmark_chassis.dead_letters import DeadLetters
from proofmark_chassis.errors import Conflict, MessageTooLarge, Rejected, StateConflict
from proofmark_chassis.publishing import Publisher
from proofmark_chassis.pulling import deliveries
from proofmark_chassis.slots import Slots

S = TypeVar("S", bound=BaseModel)

Address = tuple[type[Message], tuple[object, ...]]
"""A message class and the ids of the one wanted."""
Wanted = Callable[[Any, str], Address | None]
Reducer = Callable[[Any, Any, Context], Awaitable[tuple[Any, Sequence[Message]]]]

WAKES_IN_WORK = 256

log = structlog.get_logger()


class Fold(Generic[S]):
    """One fold over the facts of every study."""

    def __init__(
        self,
        context: Context,
        publisher: Publisher,
        dead_letters: DeadLetters,
        wake: type[Message],
        name: str,
        state: type[S],
        wanted: Wanted,
        reducer: Reducer,
    ) -> None:
        self.name = name
        self._context = context
        self._publisher = publisher
        self._dead_letters = dead_letters
        self._wake = wake
        self._state = state
        self._wanted = wanted
        self._reducer = reducer
        self._slots = Slots(WAKES_IN_WORK)
        self._arrived: dict[str, list[Msg]] = defaultdict(list)
        self._advancing: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        client = self._context.clients[self._wake.zone]
        async for message in deliveries(client, self._wake.stream, self.name, self._slots):
            self._slots.take()
            study = self._wake.ids_of(message.subject)["study"]
            self._arrived[study].append(message)
            if study not in self._advancing:
                self._advancing[study] = asyncio.create_task(self._advance_while_waking(study))

    async def drain(self, grace_s: float) -> None:
        if self._advancing:
            _, late = await asyncio.wait(self._advancing.values(), timeout=grace_s)
            for task in late:
                task.cancel()

    async def _advance_while_waking(self, study: str) -> None:
        while messages := self._arrived.pop(study, []):
            try:
                await self._advance(study)
            except (Rejected, Conflict, MessageTooLarge) as error:
                await self._park(messages, str(error))
            except Exception as error:
                log.exception("fold_failed", fold=self.name, study=study)
                await self._try_again(messages, error)
            else:
                for message in messages:
                    await message.ack()
            finally:
                for _ in messages:
                    self._slots.give_back()
        del self._advancing[study]

    async def _advance(self, study: str) -> None:
        """Read the next wanted fact until there is none: publish what follows, then compare-and-set."""
        key = f"{self._context.service}.{study}"
        state, revision = await self._load(key)
        while (address := self._wanted(state, study)) is not None:
            cls, ids = address
            fact = await self._context.read(cls, *ids)
            if fact is None:
                return
            after, messages = await self._reducer(state, fact, self._context)
            await self._publisher.publish_all(list(messages))
            try:
                revision = await self._context.state.compare_and_set(key, after.model_dump_json().encode(), revision)
                state = after
            except StateConflict as conflict:
                log.info("state_conflict", fold=self.name, reason=str(conflict))
                await asyncio.sleep(BACKOFF_S / 4)
                state, revision = await self._load(key)

    async def _load(self, key: str) -> tuple[S | None, int]:
        data, revision = await self._context.state.load(key)
        return (self._state.model_validate_json(data) if data else None), revision

    async def _park(self, messages: list[Msg], reason: str) -> None:
        last = messages[-1]
        await self._dead_letters.park(self._wake.stream, self.name, last.subject, last.data, reason)
        for message in messages:
            await message.term()

    async def _try_again(self, messages: list[Msg], error: Exception) -> None:
        number = max(message.metadata.num_delivered for message in messages)
        if number >= ATTEMPTS:
            await self._park(messages, f"{type(error).__name__}: {error}")
            return
        for message in messages:
            await message.nak(delay=min(BACKOFF_LIMIT_S, BACKOFF_S * 2 ** (number - 1)))
