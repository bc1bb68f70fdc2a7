"""Sound specs of all sorts, for laws."""

from typing import Any

from hypothesis import strategies as st

LENGTHS = st.integers(1, 10_000).map(lambda count: f"{count / 100} mm")
BELOW, ABOVE = (
    st.integers(1, 400).map(lambda count: f"{count / 100} mm"),
    st.integers(401, 900).map(lambda n: f"{n / 100} mm"),
)
SHAPES = st.integers(1, 80).map(lambda count: count / 8)


def _law(name: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({"distribution": st.just(name), **fields})


PARAMETERS = st.one_of(
    LENGTHS,
    st.tuples(LENGTHS, st.integers(1, 99)).map(lambda pair: f"{pair[0]} +/- {pair[1] / 100}"),
    st.tuples(LENGTHS, st.integers(1, 99)).map(lambda pair: f"{pair[0]} +/- {pair[1]} %"),
    st.tuples(LENGTHS, st.integers(1, 9), st.integers(1, 9)).map(lambda three: f"{three[0]} +{three[1]}/-{three[2]}"),
    _law("normal", mean=LENGTHS, std=LENGTHS),
    _law("lognormal", mean=LENGTHS, std=LENGTHS),
    _law("uniform", low=BELOW, high=ABOVE),
    _law("triangular", low=st.just("1 um"), mode=BELOW, high=ABOVE),
    _law("truncated-normal", mean=LENGTHS, std=st.just("9 mm"), low=BELOW, high=ABOVE),
    _law("weibull", shape=SHAPES, scale=LENGTHS),
    _law("gumbel", mean=LENGTHS, std=LENGTHS),
    _law("exponential", rate=st.integers(1, 9).map(lambda rate: f"{rate} 1/mm")),
    _law("beta", a=SHAPES, b=SHAPES, low=BELOW, high=ABOVE),
    _law("discrete", values=st.just(["1 mm", "2 mm"]), weights=st.tuples(SHAPES, SHAPES).map(list)),
)
MODELS = st.sampled_from(
    [
        {"kind": "expression", "metrics": {"clearance": "bore - shaft", "ratio": "bore / shaft"}},
        {"kind": "python", "file": "model.py", "time_limit": "10 s"},
    ]
)
REQUIREMENT = st.fixed_dictionaries(
    {"metric": st.just("clearance"), "min": LENGTHS},
    optional={"target": st.sampled_from([0.9, 0.999]), "name": st.sampled_from(["turns freely", "läuft leicht"])},
)
PLAN = st.fixed_dictionaries(
    {"target": st.sampled_from([0.5, 0.95, 0.999])},
    optional={
        "confidence": st.sampled_from([0.8, 0.95]),
        "method": st.sampled_from(["auto", "monte-carlo", "latin-hypercube", "sobol", "halton", "saltelli"]),
        "samples": st.integers(20, 10**8),
        "budget": st.just("2 CPU-hours"),
        "seed": st.integers(0, 2**53 - 1),
    },
)


def sound_documents() -> st.SearchStrategy[dict[str, Any]]:
    """Documents that mean something; a Python model finds its file as `model.py`."""
    return st.fixed_dictionaries(
        {
            "apiVersion": st.just("proofmark/v1"),
            "name": st.from_regex(r"[A-Za-z][A-Za-z0-9._-]{0,63}", fullmatch=True),
            "tolerances": st.sampled_from([{"sigma_level": 3}, {"sigma_level": 1.5}]),
            "parameters": st.fixed_dictionaries({"bore": PARAMETERS, "shaft": PARAMETERS}),
            "model": MODELS,
            "requirements": REQUIREMENT.map(lambda requirement: [requirement]),
            "reliability": PLAN,
        },
        optional={
            "revision": st.sampled_from(["", "B", "2024-01-01", "0x10", "no", "1_0", "1e3", "~", "null", ".nan"]),
            "correlations": st.just([]),
            "artifacts": st.just(["model.py"]),
            "provenance": st.just({"agent": "agent:design-bot-7", "context": {"sha256": "0f" * 32}}),
            "isolation": st.just({"tier": 0}),
        },
    )
