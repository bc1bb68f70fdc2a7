"""Which live estimates count as narrower."""

from collections.abc import Callable

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from proofmark_chassis import narrowing, telemetry
from proofmark_chassis.narrowing import Narrowing
from tests.chassis.examples import live

Counts = Callable[[], dict[str, int]]


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counts:
    """What a counter of the real kind has counted."""
    reader = InMemoryMetricReader()
    counter = MeterProvider(metric_readers=[reader]).get_meter("test").create_counter("intervals")
    monkeypatch.setattr(telemetry, "intervals", counter)

    def read() -> dict[str, int]:
        data = reader.get_metrics_data()
        points = data.resource_metrics[0].scope_metrics[0].metrics[0].data.data_points if data else ()
        return {str((point.attributes or {})["narrower"]): int(point.value) for point in points}  # type: ignore[union-attr]

    return read


def note(of: Narrowing, *widths: float, study: str = "s-r1") -> None:
    for samples, width in enumerate(widths):
        of.note(live(study, samples, width))


def test_an_interval_that_only_comes_back_to_where_it_was_is_not_narrower(counts: Counts) -> None:
    note(Narrowing(), 0.5, 0.4, 0.6, 0.4, 0.3)
    assert counts() == {"yes": 3, "no": 2}


def test_an_interval_that_excludes_nothing_is_not_narrower(counts: Counts) -> None:
    note(Narrowing(), 1.0, 1.0)
    assert counts() == {"no": 2}


def test_studies_are_not_compared_with_each_other(counts: Counts) -> None:
    known = Narrowing()
    note(known, 0.1, study="one-r1")
    note(known, 0.5, study="other-r1")
    assert counts() == {"yes": 2}


def test_the_study_that_was_counted_longest_ago_is_forgotten_first(
    counts: Counts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(narrowing, "STUDIES", 2)
    known = Narrowing()
    for study in ("a-r1", "b-r1", "a-r1", "c-r1", "a-r1", "b-r1"):
        note(known, 0.5, study=study)
    assert counts() == {"yes": 4, "no": 2}
