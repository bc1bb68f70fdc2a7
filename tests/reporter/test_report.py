"""The report: one file that needs nothing, says everything, and is the same every time."""

import hashlib
import os
import re
import subprocess
import sys
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from proofmark_contracts.assessment import ReliabilityAssessed
from proofmark_contracts.custody import Verdict
from proofmark_contracts.study import Continues
from proofmark_contracts.tables import STATUS
from proofmark_reliability.sequence import upper_limit
from proofmark_reporter.evidence import EvidenceContradictsItself
from proofmark_reporter.quantities import difference, percent, probability, probability_at_least, probability_at_most
from proofmark_reporter.report import render
from proofmark_reporter.runs import Batch, Runs
from tests.reporter.examples import OK, cases, evidence_of, fit, search, whole

CASES = cases()
PAGES = {name: render(evidence).decode() for name, evidence in CASES.items()}
VOID = {"meta", "br", "img", "link", "input", "hr"}
every_case = pytest.mark.parametrize("case", CASES)


class Elements(HTMLParser):
    """The elements of a page; closing another than the one that is open is an error."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def text_of(page: str) -> str:
    return " ".join(" ".join(Elements(page).text).split())


@every_case
def test_equal_evidence_gives_equal_bytes(case: str) -> None:
    assert render(CASES[case]).decode() == PAGES[case]


def test_bytes_do_not_depend_on_the_process(tmp_path: Path) -> None:
    """Neither on hash seeds nor on what the user configured for matplotlib."""
    (tmp_path / "matplotlibrc").write_text("xtick.major.pad: 20\nsvg.fonttype: path\n")
    program = (
        "import hashlib; from tests.reporter.examples import oven; from proofmark_reporter.report import render;"
        "print(hashlib.sha256(render(oven())).hexdigest())"
    )
    expected = hashlib.sha256(PAGES["hostile"].encode()).hexdigest()
    environment = {**os.environ, "PYTHONHASHSEED": "1", "MATPLOTLIBRC": str(tmp_path), "TZ": "Asia/Tokyo"}
    told = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=Path.cwd(), capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == expected


@every_case
def test_the_page_is_well_formed(case: str) -> None:
    elements = Elements(PAGES[case])
    assert elements.open == []
    ids = [attributes["id"] for _, attributes in elements.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    figures = re.findall(r"<svg.*?</svg>", PAGES[case], re.DOTALL)
    assert len(figures) >= (1 if case == "no run" else 2)
    for figure in figures:
        ElementTree.fromstring(figure)


@every_case
def test_the_page_refers_to_nothing_outside_itself(case: str) -> None:
    elements = Elements(PAGES[case])
    tags = {tag for tag, _ in elements.found}
    assert not tags & {"script", "link", "iframe", "object", "embed", "base", "image", "foreignobject"}
    for tag, attributes in elements.found:
        if tag == "img":
            assert (attributes.pop("src") or "").startswith("data:image/")
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name not in ("src", "srcset", "action") and "//" not in (value or "")
            if name in ("href", "xlink:href"):
                assert value and value.startswith("#")
    for reference in re.findall(r"url\(([^)]*)\)", PAGES[case]):
        assert reference.startswith("#")
    assert "@import" not in PAGES[case]


@every_case
def test_every_reference_inside_a_figure_has_its_target(case: str) -> None:
    ids = {attributes.get("id") for _, attributes in Elements(PAGES[case]).found}
    references = re.findall(r'(?:url\(#|href="#)([^)"]+)', PAGES[case])
    assert references
    assert set(references) <= ids


@every_case
def test_every_parameter_requirement_and_metric_is_named(case: str) -> None:
    design, text = CASES[case].design, text_of(PAGES[case])
    for name in (*design.parameters, *(one.name for one in design.requirements), *design.metrics):
        assert name in text


@every_case
def test_every_figure_says_what_it_shows(case: str) -> None:
    for tag, attributes in Elements(PAGES[case]).found:
        if tag == "svg":
            assert attributes.get("aria-hidden") == "true" or attributes.get("aria-label")


@every_case
def test_the_report_stays_small(case: str) -> None:
    assert len(PAGES[case].encode()) < 400_000


def test_text_of_a_spec_stays_text() -> None:
    page, design = PAGES["hostile"], CASES["hostile"].design
    for hostile in (
        design.name,
        design.revision,
        "</style><b>x",
        "<svg onload=alert(3)>",
        "<u>cool</u>",
        "<iframe>",
        "model<i>.py",
    ):
        assert hostile not in page
        assert escape(hostile, quote=False) in page.replace("&#34;", '"')
    assert page.count("</style>") == 1


def test_the_verdict_is_a_sentence_with_its_numbers() -> None:
    told = {name: text_of(PAGES[name]) for name in ("none fails", "all fail", "some fail", "sobol")}
    assert "Of units built to this spec at least 99.253 % meet the requirement “turns freely”" in told["none fails"]
    assert "Of units built to this spec at most 0.747 % meet the requirement “turns freely”" in told["all fail"]
    assert re.search(r"at least 9\d\.\d+ % meet", told["some fail"])
    assert "The runs give no certified answer to whether 95 % of units meet" in told["sobol"]


def test_numbers_stand_in_the_units_of_the_spec() -> None:
    text = text_of(PAGES["hostile"])
    assert "mean 20 °C, std 3 K, low 0 °C, high 40 °C" in text
    assert "mean 293.15, std 3, low 273.15, high 313.15" in text
    assert "10 Ω (25 %), 12 Ω (75 %)" in text
    assert "rate 2 per W/m²/K" in text
    assert text.count("0 °C ≤ t ≤ 30 °C") == 4
    assert "ρ = −0.5" in text
    assert "clearance ≥ 0.02 mm" in text_of(PAGES["some fail"])


def test_missing_runs_are_told_by_status_with_what_they_did() -> None:
    text = text_of(PAGES["rows missing"])
    assert "error the model raised an error 1" in text
    assert "timeout the run took too long 2" in text
    assert re.search(r"the bounds would be [\d.]+ % and [\d.]+ % instead of [\d.]+ % and [\d.]+ %", text)
    assert "The study is not reproducible" in text
    assert "None: every run gave an answer." in text_of(PAGES["some fail"])


def test_a_metric_that_is_no_number_makes_an_answered_run_missing() -> None:
    page = render(evidence_of(*fit(missing={3: OK}))).decode()
    assert "ok answered, but a requirement's metric is no number 1" in text_of(page)


def test_the_worst_vector_is_shown_with_its_values() -> None:
    evidence = CASES["some fail"]
    worst = evidence.assessed.margins[0].worst_vector
    assert worst is not None
    assert f"{1e3 * evidence.runs.vectors['bore'][worst]:.5g} mm" in text_of(PAGES["some fail"])


def test_requirements_that_are_not_drawn_are_named() -> None:
    page = PAGES["twelve requirements"]
    assert len(re.findall(r'id="margin\d+-limit"', page)) == 6
    assert "Not drawn, having failed no more often: limit 0, limit 1" in text_of(page)


def test_nominal_margins_are_shown_of_expressions_alone() -> None:
    text = text_of(PAGES["some fail"])
    assert "nominal margin median margin 1 % margin worst margin" in text
    assert "turns freely clearance ≥ 0.02 mm 0.03 mm" in text
    assert "nominal margin median" not in text_of(PAGES["hostile"])
    assert "The nominal margin is not shown, because a python model is run by the simulators only" in text_of(
        PAGES["hostile"]
    )


def test_one_run_in_a_hundred_stays_below_the_one_percent_margin() -> None:
    fourth = np.sort(CASES["some fail"].runs.margins[:, 0])[3]
    assert difference(float(fourth), CASES["some fail"].design.units["clearance"], 4) in PAGES["some fail"]


def test_causes_say_on_how_many_failures_they_rest() -> None:
    evidence = evidence_of(*fit(low=4e-5))
    failures = evidence.assessed.estimates[0].failures
    assert f"This rests on {failures} failed runs." in text_of(render(evidence).decode())
    assert "This rests on" not in PAGES["none fails"]


def test_a_scatter_says_how_many_runs_it_draws_of_how_many() -> None:
    evidence = evidence_of(*fit(rows=40_000, low=4e-5))
    failures = evidence.assessed.estimates[0].failures
    assert (
        f"Drawn: 1,000 of {40_000 - failures:,} runs that meet the requirement and 500 of {failures:,} that violate it"
        in text_of(render(evidence).decode())
    )


def test_the_source_of_a_model_is_shown() -> None:
    assert "return '</pre><script>'" in text_of(PAGES["hostile"])
    long = render(replace(CASES["hostile"], model_source="x" * 40_001)).decode()
    assert "Its text is too long to show here" in text_of(long)
    assert "x" * 40 not in long


def estimates(*told: tuple[float, float, str]) -> ReliabilityAssessed:
    """Estimates of two requirements with targets of their own, by their bounds and certificates."""
    evidence = CASES["two targets"]
    found = zip(evidence.assessed.estimates, told, strict=True)
    changed = [
        estimate.model_copy(update={"bound_low": low, "bound_high": high, "certified": certified})
        for estimate, (low, high, certified) in found
    ]
    return evidence.assessed.model_copy(update={"estimates": tuple(changed)})


@pytest.mark.parametrize(
    ("verdict", "first", "second", "decisive"),
    [
        ("approved", (0.9, 1, "exact"), (0.7, 1, "exact"), "y"),
        ("approved", (0.6, 1, "exact"), (0.9, 1, "exact"), "x"),
        ("approved", (0.6, 1, "exact"), (0.65, 1, "exact"), "y"),
        ("rejected", (0.9, 1, "exact"), (0.1, 0.2, "exact"), "y"),
        ("rejected", (0.1, 0.2, "no"), (0.1, 0.3, "exact"), "y"),
        ("not-proven", (0.9, 1, "exact"), (0.4, 0.8, "exact"), "y"),
        ("not-proven", (0.4, 0.9, "exact"), (0.9, 1, "no"), "y"),
        ("not-proven", (0.9, 1, "exact"), (0.9, 1, "conditional"), "y"),
    ],
)
def test_the_verdict_is_told_of_the_estimate_it_hangs_on(
    verdict: Verdict, first: tuple[float, float, str], second: tuple[float, float, str], decisive: str
) -> None:
    evidence = replace(CASES["two targets"], assessed=estimates(first, second), verdict=verdict)
    assert evidence.decisive.name == decisive


@pytest.mark.parametrize("column", ["clearance", STATUS])
def test_evidence_that_contradicts_itself_is_refused(column: str) -> None:
    design, (told,) = fit()
    changed = {name: values.copy() for name, values in told.batch.outcomes.items()}
    changed[column][0] = 1 if column == STATUS else -1
    runs = Runs.of([Batch(told.batch.vectors, changed)], design)
    with pytest.raises(EvidenceContradictsItself, match=r"of system: the assessment states \d+, the tables hold \d+"):
        replace(CASES["some fail"], runs=runs)


def test_an_adaptive_study_tells_its_rounds_and_what_its_runs_count_for() -> None:
    text = text_of(PAGES["looked for"])
    assert "1 pilot: 1,000 plain runs 1,000 – – 1,000 1,000 0 0" in text
    assert "3 cross-entropy: level 2, smoothed by 0.41 40 360 – 400 1,800" in text
    assert "Where the algorithm looked, round by round" in text
    assert "3800 of" not in text and "3,800 of the 5,000 runs allowed were used." in text


def test_a_plain_study_has_one_round_and_no_roles() -> None:
    text = text_of(PAGES["some fail"])
    assert "round what was done, and why runs in all failed missing 1 as planned before the first run 400 400" in text
    assert "Where the algorithm looked" not in text


def test_a_rare_failure_is_told_as_a_power_of_ten_with_its_bounds() -> None:
    evidence = CASES["looked for"]
    system = evidence.assessed.estimates[0]
    assert system.pf is not None and system.pf_low is not None and system.pf_high is not None
    text = text_of(PAGES["looked for"])
    interval = f"{probability_at_least(system.pf_low)} to {probability_at_most(system.pf_high)}"
    assert f"Probability of failure, estimated {probability(system.pf)} 95 % interval {interval}" in text
    assert "Reliability, estimated" not in text


def test_a_conditional_certificate_stands_beside_its_model_free_bound() -> None:
    text = text_of(PAGES["looked for"])
    assert "On condition. The bounds hold if the final runs visited every region of failure" in text
    assert "plain runs alone show that at most 0.296 % of units fail, 296 times the 1 × 10⁻⁵" in text
    approved = text_of(render(search(target=0.999)).decode())
    assert "✓ Approved" in approved
    assert "meet every requirement (95 % confidence, on the condition below); the target is 99.9 %." in approved


def test_a_study_that_settled_early_says_what_it_spared() -> None:
    text = text_of(PAGES["settled"])
    assert "The verdict is settled after 400 runs; of the 5,000 that were allowed, 4,600 were not run." in text
    assert "confidence sequence: it holds at every moment together" in text
    failures = CASES["settled"].assessed.estimates[0].failures
    assert f"after 400 runs, between {percent(1 - upper_limit(failures, 400, 0.975))}" in PAGES["settled"]
    assert "4,600" not in text_of(PAGES["some fail"])


def test_runs_of_different_distributions_are_never_mixed_unsaid() -> None:
    """Quantiles, capabilities and histograms are of plain runs; final ones appear weighed."""
    evidence = CASES["looked for"]
    plain = evidence.runs.margins[evidence.runs.plain, 0]
    text = text_of(PAGES["looked for"])
    assert difference(float(np.median(plain)), evidence.design.units["clearance"], 4) in PAGES["looked for"]
    assert "Median and 1 % margin are those of the plain runs" in text
    assert "1,280 plain and 1,800 final runs" in PAGES["looked for"]
    assert "are those of the plain runs" not in text_of(PAGES["some fail"])


def test_six_sigma_stands_beside_the_estimate() -> None:
    text = text_of(PAGES["some fail"])
    assert "index β sigma level DPMO" in text
    capability = CASES["some fail"].assessed.capabilities[0]
    assert f"{capability.cpk:.3g}" in text


def test_a_child_study_names_its_parent() -> None:
    evidence = CASES["some fail"]
    opened = evidence.opened.model_copy(update={"continues": Continues(parent="mother-r1", purpose="rerun-missing")})
    assessed = evidence.assessed.model_copy(
        update={"parent": "mother-r1", "mixed_model": True, "reasons": ("mixed model: 9 agree",)}
    )
    text = text_of(render(replace(evidence, opened=opened, assessed=assessed)).decode())
    assert "This study takes over the runs of mother-r1 that had an answer" in text
    assert "Mixed model: mother-r1 ran another one. 9 agree." in text


def test_an_assessment_that_tells_no_rounds_is_of_plain_ones() -> None:
    evidence = CASES["some fail"]
    silent = replace(evidence, assessed=evidence.assessed.model_copy(update={"rounds": ()}))
    assert "1 as planned before the first run 400 400" in text_of(render(silent).decode())


def test_a_report_of_a_long_study_is_no_longer() -> None:
    long, longer = (len(render(evidence_of(*fit(rows=rows)))) for rows in (30_000, 60_000))
    assert longer < 1.05 * long


def test_vectors_that_were_never_run_change_nothing() -> None:
    design, (told,) = fit()
    longer = {name: np.append(column, 1.0) for name, column in told.batch.vectors.items()}
    assert render(evidence_of(design, whole(longer, told.batch.outcomes))).decode() == PAGES["some fail"]


def test_a_run_without_an_answer_fails_nothing_whatever_its_metric_says() -> None:
    design, (told,) = fit(rows=50)
    status = np.zeros(50, np.int8)
    status[0] = 1
    unanswered = {"clearance": np.append(-1.0, told.batch.outcomes["clearance"][1:]), STATUS: status}
    assert not evidence_of(design, whole(told.batch.vectors, unanswered)).runs.failed((0,))[0]
