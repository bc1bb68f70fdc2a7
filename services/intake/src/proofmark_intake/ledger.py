"""Small books kept by compare-and-set: which submissions were seen, attempts on a design, what a tenant has open."""

import json
from collections.abc import Callable
from typing import Any

from proofmark_chassis.errors import StateConflict
from proofmark_chassis.state import StateStore
from proofmark_intake.submission import Unacceptable

Book = dict[str, Any]


class Ledger:
    """Intake's books in the core's key-value bucket."""

    def __init__(self, state: StateStore) -> None:
        self._state = state

    async def first_use(self, tenant: str, event: str, submission_sha256: str) -> str:
        """The digest of the submission that used this event id first; this one's if nobody did."""

        def claim(book: Book) -> Book:
            return {"submission": submission_sha256} | book

        return str((await self._amend(f"event.{tenant}.{event}", claim))["submission"])

    async def attempt(self, design_digest: str, study: str) -> int:
        """Which attempt on this design the study is, counted from 1; asking again gives the same number."""

        def enter(book: Book) -> Book:
            studies = list(book.get("studies", []))
            return {"studies": studies if study in studies else [*studies, study]}

        book = await self._amend(f"design.{design_digest}", enter)
        return int(book["studies"].index(study)) + 1

    async def reserve(self, tenant: str, study: str, samples: int, *, studies_limit: int, samples_limit: int) -> None:
        """Count a study against its tenant's quota.

        Raises
        ------
        Unacceptable
            The tenant has as much open as it may.
        """

        def enter(book: Book) -> Book:
            opened = {**book.get("open", {}), study: samples}
            if len(opened) > studies_limit:
                raise Unacceptable(f"quota: expected at most {studies_limit} open studies, got {len(opened)}")
            if sum(opened.values()) > samples_limit:
                got = sum(opened.values())
                raise Unacceptable(f"quota: expected at most {samples_limit} vectors in open studies, got {got}")
            return {"open": opened}

        await self._amend(f"tenant.{tenant}", enter)

    async def give_back(self, tenant: str, study: str) -> None:
        """The study is closed: its part of the quota is free."""

        def leave(book: Book) -> Book:
            return {"open": {name: samples for name, samples in book.get("open", {}).items() if name != study}}

        await self._amend(f"tenant.{tenant}", leave)

    async def _amend(self, key: str, change: Callable[[Book], Book]) -> Book:
        while True:
            data, revision = await self._state.load(f"intake.{key}")
            before: Book = json.loads(data) if data else {}
            after = change(before)
            if after == before:
                return after
            try:
                await self._state.compare_and_set(f"intake.{key}", json.dumps(after).encode(), revision)
            except StateConflict:
                continue
            return after
