"""Stopping rules: functions of the prefix, equal however it is parted, wrong no more often than allowed."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.errors import OutOfRange
from proofmark_reliability.intervals import two_sided
from proofmark_reliability.sequence import lower_limit, upper_limit
from proofmark_reliability.stopping import narrow, settled
from proofmark_reliability.tally import Group, Tally, empty_tally, tally

SYSTEM = (Group("system", 0.95, (0,)),)
BOTH = (Group("system", 0.95, (0,)), Group("own", 0.9, (1,)))
Rule = Callable[[FloatArray, Tally, tuple[Group, ...]], int | None]


def settles(margins: FloatArray, before: Tally, judged: tuple[Group, ...]) -> int | None:
    return settled(margins, np.zeros(len(margins), np.bool_), before, judged, 0.95)


def narrows(margins: FloatArray, before: Tally, judged: tuple[Group, ...]) -> int | None:
    return narrow(margins, np.zeros(len(margins), np.bool_), before, judged, 0.95, 1.5)


def nothing(judged: tuple[Group, ...]) -> Tally:
    return empty_tally(1, judged, 2)


def drawn(seed: int, pf: tuple[float, float], missing: float, runs: int) -> FloatArray:
    """Margins of two requirements, NaN where a run is missing."""
    rng = np.random.default_rng(seed)
    margins = np.where(rng.random((runs, 2)) < pf, -1.0, 1.0)
    margins[rng.random(runs) < missing, 0] = np.nan
    return margins


def counts(margins: FloatArray, judged: tuple[Group, ...]) -> list[tuple[int, int, int]]:
    """Failures, missing and runs of each group, counted one by one."""
    lost = [bool(np.isnan(row).any()) for row in margins]
    return [
        (
            sum(not gone and any(row[m] < 0 for m in group.members) for row, gone in zip(margins, lost, strict=True)),
            sum(lost),
            len(margins),
        )
        for group in judged
    ]


@settings(deadline=None)
@given(
    seed=st.integers(0, 10**6),
    pf=st.tuples(st.sampled_from([0.0, 0.04, 0.1, 0.5]), st.sampled_from([0.0, 0.05, 0.3])),
    missing=st.sampled_from([0.0, 0.02, 0.3]),
    rule=st.sampled_from([settles, narrows]),
    data=st.data(),
)
def test_a_rule_fires_at_the_same_vector_however_the_prefix_is_parted(
    seed: int, pf: tuple[float, float], missing: float, rule: Rule, data: st.DataObject
) -> None:
    margins = drawn(seed, pf, missing, 200)
    whole = rule(margins, nothing(BOTH), BOTH)
    cuts = sorted(data.draw(st.lists(st.integers(0, 200), max_size=6)))
    before, first, found = nothing(BOTH), 0, None
    for piece in np.split(margins, cuts):
        fired = rule(piece, before, BOTH)
        if fired is not None:
            found = first + fired
            break
        before += tally(piece, np.zeros(len(piece), np.bool_), 0, (200,), BOTH)
        first += len(piece)
    assert found == whole


@pytest.mark.parametrize("rule", [settles, narrows])
def test_runs_that_were_missing_before_still_count(rule: Rule) -> None:
    margins = drawn(0, (0.0, 0.0) if rule is settles else (0.3, 0.3), 0.0, 400)
    margins[:3] = np.nan
    before = tally(margins[:50], np.zeros(50, np.bool_), 0, (400,), SYSTEM)
    whole, rest = rule(margins, nothing(SYSTEM), SYSTEM), rule(margins[50:], before, SYSTEM)
    assert whole is not None
    assert rest == whole - 50
    assert whole > (rule(np.delete(margins, slice(3), 0), nothing(SYSTEM), SYSTEM) or 0) + 3


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("pf", [(0.0, 0.0), (0.2, 0.0), (0.01, 0.4), (0.05, 0.1)])
@pytest.mark.parametrize("judged", [SYSTEM, BOTH])
def test_a_verdict_is_settled_where_the_limits_first_show_it(
    seed: int, pf: tuple[float, float], judged: tuple[Group, ...]
) -> None:
    margins = drawn(seed, pf, 0.01, 200)

    def shown(prefix: FloatArray) -> bool:
        seen = list(zip(judged, counts(prefix, judged), strict=True))
        approved = all(1 - upper_limit(f + m, n, 0.965) > group.target for group, (f, m, n) in seen)
        rejected = any(1 - lower_limit(f, n, 1 - 0.015 / len(judged)) < group.target for group, (f, _, n) in seen)
        return approved or rejected

    first = next((n for n in range(1, 201) if shown(margins[:n])), None)
    assert settles(margins, nothing(judged), judged) == (None if first is None else first - 1)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("judged", [SYSTEM, BOTH])
def test_an_interval_is_narrow_at_the_first_failure_where_all_are(seed: int, judged: tuple[Group, ...]) -> None:
    margins = drawn(seed, (0.3, 0.2), 0.01, 200)

    def all_narrow(prefix: FloatArray) -> bool:
        return all(
            upper_limit(f + m, n, two_sided(0.95)) - lower_limit(f, n, two_sided(0.95)) <= 1.5 * f / (n - m)
            for f, m, n in counts(prefix, judged)
        )

    some = counts_failing(margins, judged)
    first = next(n for n in some if all_narrow(margins[: n + 1]))
    assert narrows(margins, nothing(judged), judged) == first


def counts_failing(margins: FloatArray, judged: tuple[Group, ...]) -> list[int]:
    return [n for n, row in enumerate(margins) if any(f for f, _, _ in counts(row[np.newaxis], judged))]


def test_verdicts_at_the_limit_are_wrong_in_five_of_a_hundred_campaigns_at_most() -> None:
    """400 campaigns of 2,000 runs, watched at every vector; a true 5 % fails this with probability 1 %."""
    wrong = sum(
        settles(drawn(seed, (0.05, 0.0), 0.0, 2000), nothing(SYSTEM), SYSTEM) is not None for seed in range(400)
    )
    assert wrong <= binom.ppf(0.99, 400, 0.05)


def test_missing_runs_delay_a_verdict_and_never_hasten_one() -> None:
    good, bad = drawn(1, (0.0, 0.0), 0.0, 400), drawn(1, (0.3, 0.0), 0.0, 400)
    for margins in (good, bad):
        lost = margins.copy()
        lost[::25] = np.nan
        sound, delayed = settles(margins, nothing(SYSTEM), SYSTEM), settles(lost, nothing(SYSTEM), SYSTEM)
        assert sound is not None
        assert delayed is None or delayed >= sound


@pytest.mark.parametrize(("pf", "fires"), [(0.0, False), (1.0, True)])
def test_with_a_third_of_the_runs_missing_nothing_can_be_approved(pf: float, fires: bool) -> None:
    found = settles(drawn(5, (pf, 0.0), 0.3, 3000), nothing(SYSTEM), SYSTEM)
    assert (found is not None) == fires


@pytest.mark.parametrize(("pf", "fires"), [(0.0, False), (0.01, True)])
def test_a_target_of_one_is_refuted_by_a_failure_and_never_reached(pf: float, fires: bool) -> None:
    margins = drawn(3, (pf, 0.0), 0.0, 1000)
    found = settles(margins, nothing(SYSTEM), (Group("system", 1.0, (0,)),))
    assert found == (int(np.flatnonzero(margins[:, 0] < 0)[0]) if fires else None)


def test_runs_that_never_fail_have_no_narrow_interval() -> None:
    assert narrows(drawn(2, (0.0, 0.0), 0.0, 2000), nothing(SYSTEM), SYSTEM) is None


@pytest.mark.parametrize("width", [0.0, -1.0, float("nan")])
def test_a_width_that_no_interval_has_is_refused(width: float) -> None:
    with pytest.raises(OutOfRange, match=f"width: expected greater than 0, got {width}"):
        narrow(np.ones((1, 1)), np.zeros(1, np.bool_), nothing(SYSTEM), SYSTEM, 0.95, width)


@pytest.mark.parametrize("confidence", [0.0, 1.0])
def test_a_confidence_of_zero_or_one_is_refused(confidence: float) -> None:
    with pytest.raises(OutOfRange, match="confidence: expected strictly between 0 and 1"):
        settled(-np.ones((1, 1)), np.zeros(1, np.bool_), nothing(SYSTEM), SYSTEM, confidence)
