"""Bad input: each fault has its class, and says what and where; what is sound passes."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from proofmark_thermal.checks import check, check_limit, faults
from proofmark_thermal.errors import (
    BadGeometry,
    BadTable,
    BeyondMaterial,
    Contradiction,
    LimitBelowAmbient,
    MeshTooLarge,
    NoSink,
    NothingSelected,
    OutOfRange,
    Overlap,
    PointSource,
    ThermalError,
    TooMuchSelected,
    Unassigned,
    UnknownName,
)
from proofmark_thermal.finite_elements import FiniteElements
from proofmark_thermal.problem import Contact, Faces, Probe, Region, Sink, Source, ThermalProblem, Transient
from proofmark_thermal.shapes import Box, FinnedSink, Pad, Plate, Shape, Shapes, Tube
from proofmark_thermal.values import Schedule, Table

AIR = Sink(Faces(name="sink.bottom"), convection=100.0, ambient=293.15)
SOUND = ThermalProblem(
    Shapes({"sink": (Box((0.04, 0.03, 0.01)),), "chip": (Box((0.01, 0.01, 0.002), (0.01, 0.01, 0.01)),)}),
    {"sink": Region(material="aluminium-6061"), "chip": Region(k=100.0, power=3.0)},
    {"air": AIR},
    {"lamp": Source(Faces(name="chip.top"), power=1.0)},
    accuracy=2.0,
)


def region(**given: object) -> ThermalProblem:
    return replace(SOUND, regions={**SOUND.regions, "chip": Region(**given)})  # type: ignore[arg-type]


def sink(faces: Faces = AIR.faces, **given: object) -> ThermalProblem:
    return replace(SOUND, sinks={"air": Sink(faces, **given)})  # type: ignore[arg-type]


def source(faces: Faces = SOUND.sources["lamp"].faces, **given: object) -> ThermalProblem:
    return replace(SOUND, sources={"lamp": Source(faces, **given)})  # type: ignore[arg-type]


def parts(**given: tuple[Shape, ...]) -> ThermalProblem:
    assert isinstance(SOUND.geometry, Shapes)
    return replace(SOUND, geometry=Shapes({**SOUND.geometry.parts, **given}))


def contact(*between: str, **given: float) -> ThermalProblem:
    return replace(SOUND, contacts=(Contact(between, **given),))  # type: ignore[arg-type]


FAR = Box((0.01, 0.01, 0.002), (0.01, 0.01, 0.02))
LINE = Plate((0.04, 0.03, 0.01), {"wire": Pad((0.02, 0.015), (0.01, 0.0))})
CASES: dict[str, tuple[ThermalProblem, type[ThermalError], str]] = {
    "no sink": (replace(SOUND, sinks={}), NoSink, "regions sink, chip, around"),
    "no sink for a part apart": (parts(chip=(FAR,)), NoSink, r"regions chip, around \(0.015, 0.015, 0.021\) m"),
    "a film of nothing": (sink(convection=0.0, ambient=300.0), NoSink, "sink"),
    "part without region": (parts(lid=(FAR,)), Unassigned, "part lid: expected a region of that name"),
    "region without part": (
        replace(SOUND, regions={**SOUND.regions, "lid": Region(k=1.0)}),
        UnknownName,
        "region lid: unknown part: expected one of chip, sink",
    ),
    "region without material": (region(), Unassigned, "region chip: expected a material or k"),
    "unknown material": (region(material="unobtainium"), UnknownName, "expected one of .*silicon.*got 'unobtainium'"),
    "overlap": (
        parts(chip=(Box((0.01, 0.01, 0.002), (0.01, 0.01, 0.009)),)),
        Overlap,
        "solids sink and chip.*1e-07 m3",
    ),
    "no such face": (sink(Faces(name="lid"), temperature=300.0), NothingSelected, "sink air: name lid matches no face"),
    "nothing in a box": (
        sink(Faces(box=((1.0, 1.0, 1.0), (2.0, 2.0, 2.0))), temperature=300.0),
        NothingSelected,
        "matches no face: expected one of chip.back",
    ),
    "no such region": (
        sink(Faces(region="lid"), temperature=300.0),
        UnknownName,
        "expected one of sink, chip, got 'lid'",
    ),
    "more faces than meant": (
        sink(Faces(name="top", count=1), temperature=300.0),
        TooMuchSelected,
        "expected 1 faces, got sink.top, chip.top",
    ),
    "two nearest": (
        sink(Faces(nearest=(0.02, 0.015, 0.005), region="sink"), temperature=300.0),
        TooMuchSelected,
        "expected one face nearer than the others, got sink.bottom, sink.top",
    ),
    "faces cooled twice": (
        replace(SOUND, sinks={"air": AIR, "oil": Sink(Faces(region="sink"), convection=9.0, ambient=300.0)}),
        TooMuchSelected,
        "sink oil: region sink matches too much",
    ),
    "negative k": (region(k=-1.0), OutOfRange, "region chip: k: expected W/m/K above zero, got -1"),
    "negative k in one direction": (region(k=(1.0, 1.0, -2.0)), OutOfRange, "got -2"),
    "negative k in a table": (region(k=Table((300.0, 400.0), (1.0, -3.0))), OutOfRange, "got -3"),
    "k that is no number": (region(k=float("nan")), OutOfRange, "got nan"),
    "negative film": (sink(convection=-5.0, ambient=300.0), OutOfRange, "sink air: convection"),
    "black beyond black": (sink(emissivity=1.2, ambient=300.0), OutOfRange, "emissivity.*at most 1, got 1.2"),
    "below absolute zero": (sink(convection=5.0, ambient=-20.0), OutOfRange, "sink air: ambient: expected K"),
    "film without ambient": (sink(convection=5.0), Unassigned, "sink air: expected ambient beside convection"),
    "sink without a way": (sink(ambient=300.0), Unassigned, "expected convection, emissivity, temperature or flux"),
    "sink with two ways": (sink(temperature=300.0, flux=1.0), Contradiction, "one of temperature and flux, got both"),
    "power twice": (region(k=1.0, power=1.0, power_density=1.0), Contradiction, "power and power_density"),
    "source twice": (source(power=1.0, flux=1.0), Contradiction, "power and flux"),
    "source without heat": (source(), Unassigned, "source lamp: expected power or flux"),
    "endless power": (source(power=float("inf")), OutOfRange, "got inf"),
    "line source": (parts(sink=(LINE,)), PointSource, "pad wire of part sink: heat enters through a line"),
    "contact of nothing": (contact("sink", "chip"), Unassigned, "expected resistance or conductance"),
    "contact twice": (contact("sink", "chip", resistance=1.0, conductance=1.0), Contradiction, "got both"),
    "negative contact": (contact("sink", "chip", resistance=-1.0), OutOfRange, "resistance.*got -1"),
    "contact of strangers": (contact("sink", "lid", resistance=1.0), UnknownName, "got 'lid'"),
    "flat box": (parts(chip=(Box((0.01, 0.01, 0.0)),)), BadGeometry, "part chip: expected size above zero, got 0"),
    "tube inside out": (parts(chip=(Tube(0.02, 0.01, 0.1),)), BadGeometry, "expected inner below outer"),
    "pad off its plate": (
        parts(sink=(Plate((0.04, 0.03, 0.01), {"p": Pad((0.0, 0.0), (0.01, 0.01))}),)),
        BadGeometry,
        "pad p of sink: expected a rectangle on the part's face",
    ),
    "fins that touch": (
        parts(sink=(FinnedSink(0.04, 0.03, 0.01, 20, 0.01, 0.002),)),
        BadGeometry,
        "expected fins apart from each other",
    ),
    "probe in no region": (
        replace(SOUND, probes={"ntc": Probe((0, 0, 0), "lid")}),
        UnknownName,
        "probe ntc: unknown region",
    ),
    "accuracy of nothing": (replace(SOUND, accuracy=0.0), OutOfRange, "accuracy: expected K above zero"),
    "mesh too fine": (replace(SOUND, element_size=1e-5), MeshTooLarge, "unknowns take .* GB: expected at most 8 GB"),
    "too hot for the material": (
        sink(convection=0.1, ambient=293.15),
        BeyondMaterial,
        "region sink: aluminium-6061 is known from -40 to 582 degC, got",
    ),
    "transient without cp": (
        replace(SOUND, transient=Transient(1.0, 300.0)),
        Unassigned,
        "region chip: expected rho and cp, as a transient stores heat",
    ),
    "no time": (
        replace(region(k=1.0, rho=1.0, cp=1.0), transient=Transient(0.0, 300.0)),
        OutOfRange,
        "transient: duration",
    ),
    "one name twice": (replace(SOUND, sources={"air": SOUND.sources["lamp"]}), Contradiction, "name air"),
}


@pytest.mark.parametrize(("problem", "error", "words"), CASES.values(), ids=CASES)
def test_what_is_wrong_is_refused_with_its_place(
    problem: ThermalProblem, error: type[ThermalError], words: str
) -> None:
    with pytest.raises(error, match=words):
        FiniteElements().solve(problem)


def test_what_is_sound_passes() -> None:
    assert list(faults(SOUND)) == []
    assert FiniteElements().solve(SOUND).balance.leaving["air"] == pytest.approx(4.0)


def test_every_fault_is_found_at_once() -> None:
    problem = replace(region(k=-1.0), sinks={"air": Sink(AIR.faces)}, accuracy=-1.0)
    assert [type(fault) for fault in faults(problem)] == [OutOfRange, Unassigned, OutOfRange]
    with pytest.raises(OutOfRange, match="region chip"):
        check(problem)


def test_a_transient_needs_no_sink() -> None:
    problem = replace(region(k=1.0, rho=1000.0, cp=1000.0), sinks={}, transient=Transient(1.0, 300.0), accuracy=100.0)
    assert FiniteElements().solve(problem).hottest.temperature > 300


def test_heat_may_leave_through_a_contact() -> None:
    assert FiniteElements().solve(contact("sink", "chip", resistance=1e-5)).balance.leaving["air"] == pytest.approx(4.0)


@pytest.mark.parametrize(("limit_k", "refused"), [(293.0, True), (293.15, False), (353.15, False)])
def test_a_limit_below_ambient_is_refused(limit_k: float, refused: bool) -> None:
    if refused:
        with pytest.raises(LimitBelowAmbient, match=r"requirement stays cool: expected a limit above .* 20 degC"):
            check_limit(SOUND, limit_k, "requirement stays cool")
    else:
        check_limit(SOUND, limit_k, "requirement stays cool")


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: Table((300.0,), (1.0,)), "two or more knots"),
        (lambda: Table((300.0, 400.0), (1.0,)), "2 knots and 1 values"),
        (lambda: Table((400.0, 300.0), (1.0, 2.0)), "ascending knots, got 400, 300"),
        (lambda: Table((300.0, 300.0), (1.0, 2.0)), "ascending knots"),
        (lambda: Schedule((1.0, 0.0), (1.0, 2.0)), "ascending knots"),
        (lambda: Schedule((0.0, float("inf")), (1.0, 2.0)), "finite numbers"),
    ],
)
def test_tables_that_are_none_are_refused(build: Callable[[], object], words: str) -> None:
    with pytest.raises(BadTable, match=words):
        build()


def test_a_schedule_jumps_where_a_time_stands_twice() -> None:
    schedule = Schedule((0.0, 1.0, 1.0, 2.0), (0.0, 10.0, 20.0, 40.0))
    assert [schedule(t) for t in (-1.0, 0.5, np.nextafter(1.0, 0), 1.0, 1.5, 9.0)] == pytest.approx(
        [0, 5, 10, 20, 30, 40]
    )
