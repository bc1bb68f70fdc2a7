"""Sensitivity of a metric, against closed forms and the reference's own Monte Carlo."""

import subprocess
import sys
import warnings
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.designs import Method, layout, uniforms
from proofmark_reliability.errors import (
    MissingExtra,
    NotASaltelliPlan,
    ReliabilityError,
    TooFewSamples,
    UnknownName,
    Unsuitable,
    WrongShape,
)
from proofmark_reliability.marginals import quantile
from proofmark_reliability.sensitivity import METHODS, IndexMethod, Indices, sensitivity, sentence

GIVEN_DATA: tuple[IndexMethod, ...] = ("rbd-fast", "delta", "pawn")


def analysed(
    problem: Any, method: IndexMethod, design: Method, samples: int, seed: int = 0
) -> tuple[Indices, dict[str, FloatArray], FloatArray]:
    columns = problem.columns(
        uniforms(design, seed, 0, layout(design, samples, problem.dimensions), problem.dimensions)
    )
    metric = problem.limit_state(columns)
    return sensitivity(method, columns, metric, np.zeros(len(metric), dtype=bool), seed), columns, metric


def of(found: Indices, measure: str) -> dict[str, float]:
    return {" ".join(index.parameters): index.value for index in found.indices if index.measure == measure}


def values(found: Indices, measure: str, names: Any) -> list[float]:
    return [of(found, measure)[name] for name in names]


@pytest.mark.parametrize("name", ["Ishigami", "GSobol3", "GaussianSum"])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_sobol_indices_are_within_0_02_of_the_closed_form(
    name: str, seed: int, sensitivity_problems: dict[str, Any]
) -> None:
    """The largest error of twenty plans of this size was 0.015."""
    problem = sensitivity_problems[name]
    assert problem.document["exact"]
    found, columns, metric = analysed(problem, "sobol", "saltelli", 4096 * (problem.dimensions + 2), seed)
    assert found.runs == len(metric)
    assert values(found, "first-order", columns) == pytest.approx(problem.document["S1"], abs=0.02)
    assert values(found, "total", columns) == pytest.approx(problem.document["ST"], abs=0.02)


@pytest.mark.parametrize("name", ["OakleyOHagan", "NLOscillator"])
def test_sobol_indices_are_those_of_the_references_monte_carlo(name: str, sensitivity_problems: dict[str, Any]) -> None:
    """Within the 0.02 asked for and 0.01 of the reference's own error."""
    problem = sensitivity_problems[name]
    found, columns, _ = analysed(problem, "sobol", "saltelli", 4096 * (problem.dimensions + 2))
    assert values(found, "first-order", columns) == pytest.approx(problem.document["S1_mc"], abs=0.03)
    assert values(found, "total", columns) == pytest.approx(problem.document["ST_mc"], abs=0.03)


@pytest.mark.parametrize(("method", "design"), [("sobol", "saltelli"), ("rbd-fast", "latin-hypercube")])
def test_flooding_compares_its_parameters_as_the_reference_does_but_for_one(
    method: IndexMethod, design: Method, sensitivity_problems: dict[str, Any]
) -> None:
    """The level goes with Ks**-0.6 and Ks is cut at zero, so its variance is infinite and no index converges.

    Every sample has a variance of its own, by the lowest Ks in it. The other parameters' parts compare with one another
    all the same: with Ks left out, and where no run has it under 5.
    """
    problem = sensitivity_problems["Flooding"]
    points = uniforms(design, 0, 0, layout(design, 4096 * 10, 8), 8)
    columns = problem.columns(points)
    columns["Ks"] = quantile("truncated-normal", {"mean": 30.0, "std": 7.5, "low": 5.0, "high": np.inf}, points[:, 1])
    metric = problem.limit_state(columns)
    found = sensitivity(method, columns, metric, np.zeros(len(metric), dtype=bool), 0)
    others = [name for name in columns if name != "Ks"]
    ours = np.array(values(found, "first-order", others))
    theirs = np.delete(np.array(problem.document["S1_mc"]), list(columns).index("Ks"))
    assert ours / ours.sum() == pytest.approx(theirs / theirs.sum(), abs=0.02)


def test_second_order_indices_come_with_the_longer_plan(sensitivity_problems: dict[str, Any]) -> None:
    """Of Ishigami's function only x1 and x3 interact: all that x3 does."""
    found, _, _ = analysed(sensitivity_problems["Ishigami"], "sobol", "saltelli", 4096 * 8)
    pairs = of(found, "second-order")
    assert pairs == pytest.approx({"x1 x3": 0.2437, "x1 x2": 0.0, "x2 x3": 0.0}, abs=0.02)
    assert next(iter(pairs)) == "x1 x3"
    assert of(analysed(sensitivity_problems["Ishigami"], "sobol", "saltelli", 4096 * 5)[0], "second-order") == {}


@pytest.mark.parametrize("name", ["Ishigami", "GSobol3", "GaussianSum"])
def test_rbd_fast_finds_first_order_indices_in_any_sample(name: str, sensitivity_problems: dict[str, Any]) -> None:
    problem = sensitivity_problems[name]
    for design in ("monte-carlo", "latin-hypercube"):
        found, columns, _ = analysed(problem, "rbd-fast", design, 10_000)
        assert values(found, "first-order", columns) == pytest.approx(problem.document["S1"], abs=0.04)


def sum_of_normals(weights: tuple[float, float], runs: int, seed: int = 0) -> tuple[dict[str, FloatArray], FloatArray]:
    scores = norm.ppf(uniforms("latin-hypercube", seed, 0, (runs,), 2))
    return {"a": scores[:, 0], "b": scores[:, 1]}, np.asarray(scores @ weights)


def test_delta_is_half_the_mean_distance_of_densities() -> None:
    """A sum of normal scores, integrated; SALib's estimator is biased by its kernel, by about 0.02 here."""
    columns, metric = sum_of_normals((0.8, 0.6), 4000)
    found = of(sensitivity("delta", columns, metric, np.zeros(4000, dtype=bool), 0), "delta")
    x, y = np.linspace(-5, 5, 401)[:, np.newaxis], np.linspace(-6, 6, 1201)
    for name, weight, rest in (("a", 0.8, 0.6), ("b", 0.6, 0.8)):
        distance = np.abs(norm.pdf(y) - norm.pdf(y, weight * x, rest)).sum(axis=1) * (y[1] - y[0])
        truth = (distance * norm.pdf(x[:, 0])).sum() * (x[1, 0] - x[0, 0]) / 2
        assert found[name] == pytest.approx(truth, abs=0.04)


def test_pawn_is_the_median_distance_of_distributions() -> None:
    """A sum of normal scores: the distance in the middle of each tenth of a parameter, integrated."""
    columns, metric = sum_of_normals((0.8, 0.6), 20_000)
    found = sensitivity("pawn", columns, metric, np.zeros(20_000, dtype=bool), 0)
    y = np.linspace(-5, 5, 2001)
    for name, weight, rest in (("a", 0.8, 0.6), ("b", 0.6, 0.8)):
        within = norm.ppf((np.arange(1000) + 0.5) / 1000).reshape(10, 100, 1)
        distances = np.abs(norm.cdf(y) - norm.cdf(y, weight * within, rest).mean(axis=1)).max(axis=1)
        assert of(found, "pawn")[name] == pytest.approx(np.median(distances), abs=0.02)
    assert 0 < found.by_chance < 0.05


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_answer_and_zero_is_a_seed(
    method: IndexMethod, sensitivity_problems: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def formatting(*_: object) -> str:
        return "ours"

    monkeypatch.setattr(warnings, "formatwarning", formatting)
    problem = sensitivity_problems["Ishigami"]
    design: Method = "saltelli" if method == "sobol" else "latin-hypercube"
    columns = problem.columns(uniforms(design, 3, 0, layout(design, 640, 3), 3))
    metric, missing = problem.limit_state(columns), np.zeros(640, dtype=bool)
    np.random.seed(1)
    before, filters = np.random.get_state(legacy=False)["state"]["key"].tolist(), list(warnings.filters)
    found = [sensitivity(method, columns, metric, missing, seed) for seed in (0, 0, 1)]
    assert found[0] == found[1] != found[2]
    assert np.random.get_state(legacy=False)["state"]["key"].tolist() == before
    assert warnings.formatwarning is formatting
    assert warnings.filters == filters
    np.random.seed(2)
    assert sensitivity(method, columns, metric, missing, 0) == found[0]


@pytest.mark.parametrize("method", METHODS)
def test_intervals_hold_the_index_and_the_largest_comes_first(
    method: IndexMethod, sensitivity_problems: dict[str, Any]
) -> None:
    design: Method = "saltelli" if method == "sobol" else "latin-hypercube"
    found, _, _ = analysed(sensitivity_problems["GSobol3"], method, design, 1280)
    assert all(index.low <= index.value <= index.high for index in found.indices)
    assert found.indices[0].parameters == ("x1",)
    assert found.indices[0].low < found.indices[0].high
    for measure in {index.measure for index in found.indices}:
        ordered = list(of(found, measure).values())
        assert ordered == sorted(ordered, reverse=True)


def test_groups_with_a_missing_run_are_left_out_whole(sensitivity_problems: dict[str, Any]) -> None:
    problem = sensitivity_problems["Ishigami"]
    columns = problem.columns(uniforms("saltelli", 0, 0, (4096 * 5,), 3))
    metric, missing = problem.limit_state(columns), np.zeros(4096 * 5, dtype=bool)
    missing[[0, 1, 7]] = True
    metric[5 * 100 + 3] = np.nan
    found = sensitivity("sobol", columns, metric, missing, 0)
    assert (found.runs, found.missing) == (4093 * 5, 4)
    assert values(found, "total", columns) == pytest.approx(problem.document["ST"], abs=0.02)


@pytest.mark.parametrize("method", GIVEN_DATA)
def test_missing_runs_are_left_out_and_counted(method: IndexMethod) -> None:
    columns, metric = sum_of_normals((0.8, 0.6), 1000)
    lost = np.arange(1000) % 11 == 0
    by_mask = sensitivity(method, columns, metric, lost, 0)
    by_nan = sensitivity(method, columns, np.where(lost, np.nan, metric), np.zeros(1000, dtype=bool), 0)
    kept = {name: column[~lost] for name, column in columns.items()}
    without = sensitivity(method, kept, metric[~lost], np.zeros((~lost).sum(), dtype=bool), 0)
    assert by_mask == by_nan
    assert by_mask.indices == without.indices
    assert (by_mask.runs, by_mask.missing) == (1000 - lost.sum(), lost.sum())


def test_a_switch_has_sobol_indices() -> None:
    """A switch of 0 or 1 times a normal score: by hand 0 and 1/2 alone, 1/2 and 1 with the other."""
    points = uniforms("saltelli", 0, 0, (4096 * 4,), 2)
    columns = {
        "switch": quantile("discrete", {"values": (0.0, 1.0), "weights": (0.5, 0.5)}, points[:, 0]),
        "load": norm.ppf(points[:, 1]),
    }
    found = sensitivity("sobol", columns, columns["switch"] * columns["load"], np.zeros(len(points), dtype=bool), 0)
    assert of(found, "first-order") == pytest.approx({"switch": 0.0, "load": 0.5}, abs=0.02)
    assert of(found, "total") == pytest.approx({"switch": 0.5, "load": 1.0}, abs=0.02)


def test_a_constant_parameter_of_a_saltelli_plan_has_no_part() -> None:
    points = uniforms("saltelli", 0, 0, (256 * 4,), 2)
    columns = {"fixed": np.full(len(points), 7.0), "load": norm.ppf(points[:, 1])}
    found = sensitivity("sobol", columns, columns["fixed"] * columns["load"], np.zeros(len(points), dtype=bool), 0)
    assert of(found, "total")["fixed"] == 0
    assert of(found, "total")["load"] == pytest.approx(1, abs=0.05)


PLAN = uniforms("saltelli", 0, 0, (256 * 4,), 2)
CUBE = uniforms("latin-hypercube", 0, 0, (256 * 4,), 2)


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (CUBE, "sobol indices: expected a Saltelli plan in its order, which the estimator reads"),
        (PLAN.reshape(256, 4, 2)[:, [0, 2, 1, 3]].reshape(-1, 2), "got other runs"),
        (np.roll(PLAN, 1, axis=0), "got other runs"),
        (PLAN[:1000], r"saltelli with 2 random parameters takes N \* 4 samples, or N \* 6 .* got 1000"),
    ],
)
def test_sobol_indices_of_another_sample_are_refused(points: FloatArray, message: str) -> None:
    columns = {"a": points[:, 0], "b": points[:, 1]}
    with pytest.raises((Unsuitable, NotASaltelliPlan), match=message):
        sensitivity("sobol", columns, points.sum(axis=1), np.zeros(len(points), dtype=bool), 0)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"metric": np.full(1024, 2.5)}, Unsuitable, "expected a metric that varies, got 2.5 in every run"),
        (
            {"missing": np.arange(1024) % 10 < 3},
            Unsuitable,
            "expected an answer from 90% of the runs, got 309 of 1,024 missing",
        ),
        ({"metric": np.full(1024, np.nan)}, Unsuitable, "got 1,024 of 1,024 missing"),
        ({"metric": np.r_[-np.inf, np.arange(1023.0)]}, Unsuitable, "expected a finite metric, got 1 infinite values"),
        ({"parameters": {}}, Unsuitable, "expected a parameter that varies, got none"),
        ({"missing": np.zeros(3, dtype=bool)}, WrongShape, r"missing: expected shape \(1024,\), got \(3,\)"),
        ({"metric": np.zeros(3)}, WrongShape, r"missing: expected shape \(3,\), got \(1024,\)"),
    ],
)
def test_what_no_index_can_answer_is_refused(
    method: IndexMethod, change: dict[str, Any], error: type[ReliabilityError], message: str
) -> None:
    points = PLAN if method == "sobol" else CUBE
    asked = {
        "parameters": {"a": points[:, 0], "b": points[:, 1]},
        "metric": points.sum(axis=1),
        "missing": np.zeros(1024, dtype=bool),
        **change,
    }
    with pytest.raises(error, match=message):
        sensitivity(method, seed=0, **asked)


@pytest.mark.parametrize("method", GIVEN_DATA)
@pytest.mark.parametrize(
    ("column", "message"),
    [
        (np.round(CUBE[:, 0]), "got 2 values of a in 1,024 runs"),
        (np.full(1024, 5.0), "got 1 values of a in 1,024 runs"),
        (PLAN[:, 0], "got 512 values of a in 1,024 runs"),
    ],
)
def test_parameters_that_repeat_their_values_are_refused_where_runs_are_ranked(
    method: IndexMethod, column: FloatArray, message: str
) -> None:
    columns = {"a": column, "b": CUBE[:, 1]}
    with pytest.raises(
        Unsuitable, match=f"{method} indices: expected continuous parameters, and no Saltelli.*{message}"
    ):
        sensitivity(method, columns, CUBE.sum(axis=1), np.zeros(1024, dtype=bool), 0)


@pytest.mark.parametrize("method", METHODS)
def test_correlated_parameters_are_refused_where_the_variance_is_shared_out(method: IndexMethod) -> None:
    points = PLAN if method == "sobol" else CUBE
    columns = {"a": points[:, 0], "b": points[:, 1]}
    if method in ("sobol", "rbd-fast"):
        with pytest.raises(Unsuitable, match=f"{method} indices: expected independent parameters, got correlated ones"):
            sensitivity(method, columns, points.sum(axis=1), np.zeros(1024, dtype=bool), 0, correlated=True)
    else:
        assert sensitivity(method, columns, points.sum(axis=1), np.zeros(1024, dtype=bool), 0, correlated=True).indices


@pytest.mark.parametrize(("method", "least"), [("sobol", 64), ("rbd-fast", 100), ("delta", 100), ("pawn", 100)])
def test_too_few_runs_are_refused(method: IndexMethod, least: int) -> None:
    points = uniforms("saltelli", 0, 0, (32,), 2) if method == "sobol" else CUBE[:99]
    columns = {"a": points[:, 0], "b": points[:, 1]}
    message = f"{method} indices needs at least {least} samples: got {len(points)}"
    with pytest.raises(TooFewSamples, match=message):
        sensitivity(method, columns, points.sum(axis=1), np.zeros(len(points), dtype=bool), 0)


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(
        UnknownName, match="unknown sensitivity method: expected one of sobol, rbd-fast, delta, pawn, got"
    ):
        sensitivity("morris", {"a": CUBE[:, 0]}, CUBE[:, 0], np.zeros(1024, dtype=bool), 0)  # type: ignore[arg-type]


def test_the_sentence_has_the_form_of_that_for_failures(sensitivity_problems: dict[str, Any]) -> None:
    found, columns, metric = analysed(sensitivity_problems["GSobol3"], "sobol", "saltelli", 1024 * 5)
    assert (
        sentence(found, "gap_width")
        == "highly sensitive to x1: 99 % [93, 100] of the variance of gap width (total index)"
    )
    metric[3] = np.nan
    missing = np.zeros(len(metric), dtype=bool)
    assert sentence(sensitivity("sobol", columns, metric, missing, 0), "gap").endswith(
        "; 1 runs without an answer are left out"
    )


def test_the_sentence_names_rivals_and_what_chance_gives() -> None:
    columns, metric = sum_of_normals((1.0, 1.0), 1000)
    told = sentence(sensitivity("pawn", columns, metric, np.zeros(1000, dtype=bool), 0), "gap")
    assert told.startswith("most sensitive to ")
    assert "of the greatest distance between distributions of gap (PAWN; " in told
    assert "; not clearly ahead of " in told


def test_nothing_is_imported_from_salib_before_an_index_is_asked_for() -> None:
    script = "import sys, proofmark_reliability.sensitivity; print('SALib' in sys.modules, 'pandas' in sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert loaded == ["False", "False"]


def test_without_salib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "SALib", None)
    columns, metric = sum_of_normals((1.0, 1.0), 100)
    message = r"an index of a metric takes an extra: install proofmark-reliability\[salib\]"
    with pytest.raises(MissingExtra, match=message):
        sensitivity("pawn", columns, metric, np.zeros(100, dtype=bool), 0)
