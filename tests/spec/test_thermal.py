"""The section `thermal`: what is read of it, and what each mistake is told."""

from copy import deepcopy
from typing import Any

import pytest

from proofmark_contracts.design import Constant
from proofmark_contracts.heat import Scheduled, Tabulated, Thermal
from proofmark_spec.files import Files, from_submission
from proofmark_spec.parameters import Parameter
from proofmark_spec.problems import Report
from proofmark_spec.thermal import read_thermal
from proofmark_spec.units import unit

KNOWN: dict[str, Parameter | None] = {
    "loss": Parameter(Constant(value=50.0), unit("W")),
    "sink_k": Parameter(Constant(value=167.0), unit("W/m/K")),
    "h": Parameter(Constant(value=45.0), unit("W/m^2/K")),
    "ambient": Parameter(Constant(value=293.15), unit("K")),
    "side": Parameter(Constant(value=0.08), unit("m")),
}
SINK: dict[str, Any] = {
    "kind": "finned-sink",
    "length": "100 mm",
    "width": "80 mm",
    "base": "5 mm",
    "fins": 8,
    "fin_height": "20 mm",
    "fin_thickness": "1.5 mm",
    "pads": {"die": {"centre": ["50 mm", "40 mm"], "size": ["20 mm", "20 mm"]}},
}
SECTION: dict[str, Any] = {
    "geometry": {"parts": {"sink": SINK, "chip": {"kind": "box", "size": ["10 mm", "10 mm", "1 mm"]}}},
    "regions": {
        "sink": {"material": "aluminium-6061", "k": "sink_k"},
        "chip": {"k": ["120 W/m/K", "120 W/m/K", "60 W/m/K"], "power": "0.5 * loss"},
    },
    "sources": {"die": {"faces": "die", "power": "loss", "junction_resistance": "0.4 K/W"}},
    "sinks": {"fins": {"faces": {"name": "fins", "count": 1}, "convection": "h", "ambient": "ambient"}},
    "contacts": [{"between": ["sink", "chip"], "resistance": "2e-5 m^2*K/W"}],
    "probes": {"ntc": {"region": "sink", "nearest": ["40 mm", "30 mm", "5 mm"]}},
    "accuracy": "0.2 degC",
}


def read(section: Any) -> tuple[Thermal | None, list[str]]:
    report = Report("spec")
    files = Files(from_submission({"driver.step": b"ISO-10303-21;"}))
    with report.catching("thermal"):
        return read_thermal(section, KNOWN, files, report), [str(problem) for problem in report.problems]
    return None, [str(problem) for problem in report.problems]


def changed(*path: str | int, to: Any) -> dict[str, Any]:
    section = deepcopy(SECTION)
    place: Any = section
    for key in path[:-1]:
        place = place[key]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return section


def test_a_section_is_read_in_si_with_its_parameters_left_in() -> None:
    found, problems = read(SECTION)
    assert problems == []
    assert found is not None
    assert (found.regions["sink"].k, found.regions["chip"].power) == ("sink_k", "0.5 * loss")
    assert found.regions["chip"].k == (120.0, 120.0, 60.0)
    assert found.sources["die"].junction_resistance == 0.4
    assert found.contacts[0].resistance == 2e-5
    assert found.probes["ntc"].nearest == (0.04, 0.03, 0.005)
    assert found.accuracy == pytest.approx(0.2)
    assert Thermal.model_validate_json(found.model_dump_json()) == found


def test_requirements_can_ask_for_the_hottest_place_of_all_of_a_region_a_probe_or_a_junction() -> None:
    found, _ = read(SECTION)
    assert found is not None
    assert list(found.metrics) == ["t_max", "t_max_sink", "t_max_chip", "t_ntc", "t_junction_die"]


def test_tables_and_schedules_are_told_apart_by_what_they_are_against() -> None:
    table = {"at": ["20 degC", "100 degC"], "values": ["160 W/m/K", "2 * sink_k"]}
    found, problems = read(changed("regions", "sink", "k", to=table))
    assert found is not None, problems
    assert found.regions["sink"].k == Tabulated(at_k=(293.15, 373.15), values=(160.0, "2 * sink_k"))
    course = {"times": ["0 s", "10 s", "10 s"], "values": ["0 W", "0 W", "loss"]}
    found, problems = read(changed("sources", "die", "power", to=course))
    assert found is not None, problems
    assert found.sources["die"].power == Scheduled(times_s=(0.0, 10.0, 10.0), values=(0.0, 0.0, "loss"))


def test_a_step_file_travels_with_the_spec_and_says_its_unit() -> None:
    section = changed("geometry", to={"file": "driver.step", "unit": "mm"})
    found, problems = read(section)
    assert found is not None, problems
    assert found.geometry.kind == "step"
    assert found.geometry.file.size == 13


@pytest.mark.parametrize(
    ("path", "to", "said"),
    [
        (("geometry",), {}, "thermal.geometry: missing parts"),
        (("geometry",), {"file": "driver.step"}, "thermal.geometry: missing unit"),
        (("geometry",), {"file": "other.step", "unit": "mm"}, "no file other.step"),
        (("geometry",), {"file": "driver.step", "unit": "ft"}, "expected one of m, mm, cm, um, in"),
        (("geometry", "parts", "chip", "kind"), "bok", "thermal.geometry.parts.chip.kind: expected one of box"),
        (("geometry", "parts", "chip", "size"), ["1 mm", "1 mm"], "parts.chip.size: expected 3 values, got 2"),
        (("geometry", "parts", "chip", "size", 2), "0 mm", "parts.chip.size[2]: expected more than nothing"),
        (("geometry", "parts", "chip", "size", 2), "1 kg", "parts.chip.size[2]: expected length, got mass"),
        (("geometry", "parts", "sink", "fins"), 0, "parts.sink.fins: expected 1 to 1000, got 0"),
        (("geometry", "parts", "sink", "fin"), 8, "parts.sink.fin: unknown key, did you mean 'fins'?"),
        (("geometry", "parts", "sink", "pads", "die", "size"), ["1 mm"], "pads.die.size: expected 2 values"),
        (("geometry", "section"), {"kind": "rod", "depth": 1}, "section.depth: unknown key"),
        (("geometry", "parts", "lid"), {"kind": "sphere", "radius": "1 mm"}, "no region says what it is made of"),
        (("regions", "chip"), {"power": "1 W"}, "thermal.regions.chip: expected a material or k"),
        (("regions", "chip", "power_density"), "1 W/m^3", "expected either power or power_density"),
        (("regions", "chip", "k"), ["1 W/m/K"], "expected one conductivity, or three along x, y and z, got 1"),
        (("regions", "sink", "material"), "aluminum-6061", "did you mean 'aluminium-6061'?"),
        (("regions", "sink", "k"), "h", "thermal.regions.sink.k: 'h' is "),
        (("regions", "sink", "k"), {"at": ["20 degC"], "values": [1]}, "regions.sink.k.values: expected"),
        (("regions", "lid"), {"material": "copper"}, "the geometry has no such part"),
        (("sources", "die", "flux"), "1 W/m^2", "thermal.sources.die: expected either power or flux"),
        (("sources", "die", "power"), "20 C", "'C' could be coulomb or Celsius"),
        (("sources", "die", "faces"), {}, "thermal.sources.die.faces: expected a name, or any of name, plane"),
        (("sources", "die", "faces"), {"plane": {"w": 1}}, "faces.plane: expected one of x, y, z and where"),
        (("sources", "die", "faces"), {"region": "dye"}, "no region 'dye'"),
        (("sinks", "fins", "ambient"), None, "expected ambient beside convection or emissivity"),
        (("sinks", "fins", "temperature"), "20 degC", "a fixed temperature stands alone"),
        (("sinks", "fins", "emissivity"), 1.2, "expected more than 0 and at most 1, got 1.2"),
        (("sinks", "fins"), {"faces": "fins"}, "expected convection, emissivity, temperature or flux"),
        (("contacts", 0, "between"), ["sink", "sink"], "expected the names of two regions"),
        (("contacts", 0, "between"), ["sink", "ship"], "no region 'ship', did you mean 'chip'?"),
        (("contacts", 0, "conductance"), "1 W/m^2/K", "expected either resistance or conductance"),
        (("probes", "max"), {"nearest": [0, 0, 0]}, "thermal.probes.max: expected another name"),
        (("probes", "ntc", "nearest"), [1, 2], "thermal.probes.ntc.nearest: expected 3 values, got 2"),
        (("transient",), {"duration": "0 s", "initial": "20 degC"}, "thermal.transient.duration: expected more"),
        (("accuracy",), "0 K", "thermal.accuracy: expected more than 0 K"),
        (("element_size",), "-1 mm", "thermal.element_size: expected more than nothing"),
        (("sink",), {}, "thermal.sink: unknown key, did you mean 'sinks'?"),
    ],
)
def test_each_mistake_says_where_and_what(path: tuple[str | int, ...], to: Any, said: str) -> None:
    found, problems = read(changed(*path, to=to))
    assert found is None
    assert any(said in problem for problem in problems), problems


def test_all_mistakes_are_told_at_once() -> None:
    section = changed("regions", "sink", "k", to="h")
    section["accuracy"] = "1 W"
    section["probes"]["ntc"]["nearest"] = []
    assert len(read(section)[1]) == 3


def test_lengths_of_shapes_may_refer_to_parameters() -> None:
    pad = {"centre": ["50 mm", "side / 2"], "size": ["20 mm", "20 mm"]}
    sink = {**SINK, "width": "side", "pads": {"die": pad}, "at": ["0 mm", "0 mm", "-0.1 * side"]}
    section, problems = read(changed("geometry", "parts", "sink", to=sink))
    assert not problems
    assert section is not None
    places = {place: text for text, found in section.amounts.items() for place in found if place.startswith("geometry")}
    assert places == {
        "geometry.parts.sink.0.width": "side",
        "geometry.parts.sink.0.pads.die.centre.y": "side / 2",
        "geometry.parts.sink.0.at.z": "-0.1 * side",
    }


def test_lengths_of_shapes_are_lengths() -> None:
    _, problems = read(changed("geometry", "parts", "sink", "width", to="2 * h"))
    assert len(problems) == 1
    assert "thermal.geometry.parts.sink.width: '2 * h' is mass temperature^-1 time^-3: expected length" in problems[0]
