"""Plants as FMUs and FMUs as plants, stepped by ours, by FMPy and by libcosim: the same numbers."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
from fmpy import extract, read_model_description, simulate_fmu
from fmpy.simulation import instantiate_fmu

from proofmark_controller.host import Compiler, compilers
from proofmark_cosim import Component, CosimError, Placed, Recording, System, simulate
from proofmark_cosim.commands import cosim
from proofmark_cosim.errors import NotExportable, UnknownSignal, WrongFmu
from proofmark_cosim.fmi.export import export_fmu
from proofmark_cosim.fmi.machine import Version
from proofmark_cosim.fmi.unit import Fmu
from proofmark_cosim.plants import (
    CrcSampler,
    DcMotor,
    Formation,
    Impairment,
    Lfsr,
    LinkMonitor,
    RcNetwork,
    RcThermal,
    Resonator,
    Thermostat,
)
from proofmark_cosim.scenarios import Sine

PERIOD_S = 0.01
DRIVEN: list[tuple[Component, dict[str, str]]] = [
    (RcThermal(resistance=7.0), {"heater": "scenario.value", "power": "0.1 * a"}),
    (
        RcNetwork(capacities={"die": 0.1, "sink": 3.0}, links={("die", "sink"): 0.5, ("sink", "ambient"): 2.0}),
        {"power_die": "scenario.value"},
    ),
    (DcMotor(load=0.01), {"duty": "a * scenario.value"}),
    (Thermostat(), {"reference": "298 + scenario.value"}),
    (LinkMonitor(), {"crc_fail": "scenario.value > 0.6"}),
    (Formation(robots=3), {"goal_x": "scenario.value"}),
]


def driven(component: Component, wires: dict[str, str], cycles: int = 150) -> System:
    return System(
        cycle_s=PERIOD_S,
        duration_s=cycles * PERIOD_S,
        plants={"it": Placed(component)},
        connect={f"it.{port}": text for port, text in wires.items()},
        scenario=Sine(frequency=2.0),
    )


def fmu(plant: Component, version: Version = "2.0") -> bytes:
    return export_fmu(plant, PERIOD_S, version, compiler())


def compiler() -> Compiler:
    if not compilers():
        pytest.skip("an FMU holds compiled code: it takes gcc, clang or ziglang")
    return compilers()[0]


def traces(system: System) -> dict[str, Any]:
    found = simulate(system, {"a": np.array([0.3, 1.0])}, recording=Recording([0, 1])).traces
    assert found is not None
    return dict(found.signals)


@pytest.mark.parametrize("version", ["2.0", "3.0"])
@pytest.mark.parametrize(("plant", "wires"), DRIVEN)
def test_an_exported_plant_steps_as_the_plant_itself(plant: Component, wires: dict[str, str], version: Version) -> None:
    """Of outputs that show the state: an FMU's are those after its last step."""
    ours, theirs = traces(driven(plant, wires)), traces(driven(Fmu(data=fmu(plant, version)), wires))
    direct = {"it.input_power", "it.power", "it.formation_error"}
    for name in ours.keys() - direct:
        np.testing.assert_allclose(theirs[name], ours[name], rtol=0, atol=1e-12)


@pytest.mark.parametrize("version", ["2.0", "3.0"])
@pytest.mark.parametrize("plant", [Resonator(), Impairment(), RcThermal(), Lfsr()])
def test_the_model_description_is_valid(plant: Component, version: Version) -> None:
    found = read_model_description(BytesIO(fmu(plant, version)), validate=True)
    names = {port.name for port in (*plant.inputs(), *plant.outputs())}
    assert {v.name for v in found.modelVariables} - {"time"} == names


@pytest.mark.parametrize("version", ["2.0", "3.0"])
def test_fmpy_steps_an_exported_plant_as_we_do(tmp_path: Path, version: Version) -> None:
    path = tmp_path / "heat.fmu"
    path.write_bytes(fmu(RcThermal(), version))
    held = np.array(
        [(0.0, 0.7, 0.0, 0.0), (10.0, 0.7, 0.0, 0.0)], [(n, float) for n in ("time", "heater", "workload", "power")]
    )
    theirs = simulate_fmu(
        str(path), stop_time=1.0, step_size=PERIOD_S, output_interval=PERIOD_S, input=held, output=["rise"]
    )
    ours = traces(driven(RcThermal(), {"heater": "0.7"}, 100))["it.rise"][0]
    np.testing.assert_allclose(theirs["rise"], ours, rtol=0, atol=1e-12)


def test_libcosim_steps_an_exported_plant_as_we_do(tmp_path: Path) -> None:
    pytest.importorskip("libcosimpy", reason="libcosim, a second master, is not installed here")
    from libcosimpy.CosimExecution import CosimExecution
    from libcosimpy.CosimObserver import CosimObserver
    from libcosimpy.CosimSlave import CosimLocalSlave

    path = tmp_path / "heat.fmu"
    path.write_bytes(fmu(RcThermal()))
    execution = CosimExecution.from_step_size(step_size=int(PERIOD_S * 1e9))
    heat = execution.add_local_slave(local_slave=CosimLocalSlave(fmu_path=str(path), instance_name="heat"))
    observer = CosimObserver.create_last_value()
    execution.add_observer(observer=observer)
    execution.real_initial_value(slave_index=heat, variable_reference=1, value=0.7)
    theirs = []
    for _ in range(100):
        execution.step()
        theirs.append(observer.last_real_values(slave_index=heat, variable_references=[5])[0])
    ours = traces(driven(RcThermal(), {"heater": "0.7"}, 100))["it.rise"][0]
    np.testing.assert_allclose(theirs, ours[1:], rtol=0, atol=1e-12)


def test_a_communication_step_may_be_several_periods(tmp_path: Path) -> None:
    unit = Fmu(data=fmu(RcThermal()))
    slow = replace(driven(unit, {"heater": "0.7"}, 100), plants={"it": Placed(unit, 10 * PERIOD_S)})
    fine = traces(driven(unit, {"heater": "0.7"}, 100))["it.rise"][0]
    np.testing.assert_allclose(traces(slow)["it.rise"][0][::10], fine[::10], rtol=0, atol=1e-12)


def test_a_step_that_is_no_multiple_of_the_period_fails_its_vector_only() -> None:
    system = replace(driven(Fmu(data=fmu(RcThermal())), {"heater": "a"}), cycle_s=0.015, duration_s=1.5)
    assert simulate(system, {"a": np.array([0.5, 0.6])}).broken_at.tolist() == [1, 1]


def test_time_goes_on_by_the_steps_taken(tmp_path: Path) -> None:
    unit_file = tmp_path / "heat.fmu"
    unit_file.write_bytes(fmu(RcThermal(), "3.0"))
    unit = instantiate_fmu(extract(str(unit_file), str(tmp_path / "unit")), read_model_description(unit_file))
    unit.enterInitializationMode(startTime=2.0)
    unit.exitInitializationMode()
    unit.doStep(2.0, 5 * PERIOD_S)
    assert unit.getFloat64([0])[0] == pytest.approx(2.0 + 5 * PERIOD_S)


def test_an_export_is_the_same_bytes_again() -> None:
    assert fmu(DcMotor()) == fmu(DcMotor())


def without(data: bytes, start: str) -> bytes:
    out = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(out, "w") as new:
        for item in old.infolist():
            name = item.filename.replace("binaries/", "binaries/vax-") if start == "binaries/" else item.filename
            if start == "binaries/" or not item.filename.startswith(start):
                new.writestr(name, old.read(item.filename))
    return out.getvalue()


def test_an_fmu_without_this_platforms_binary_is_refused() -> None:
    system = driven(Fmu(data=without(fmu(RcThermal()), "binaries/"), file="heat.fmu"), {"heater": "1"})
    with pytest.raises(WrongFmu, match=r"heat\.fmu: expected a binary for co-simulation on this machine, got vax-"):
        simulate(system, {})


@pytest.mark.parametrize("data", [b"", b"PK nonsense"])
def test_what_is_no_fmu_is_refused(data: bytes) -> None:
    _refused(data)


def test_an_archive_without_a_description_is_no_fmu() -> None:
    _refused(without(fmu(RcThermal()), "modelDescription"))


def _refused(data: bytes) -> None:
    with pytest.raises(
        WrongFmu, match=r"model\.fmu: expected an FMU 2\.0 or 3\.0(, a zip archive| with a modelDescription\.xml), got "
    ):
        Fmu(data=data)


@pytest.mark.parametrize(
    ("wires", "told"),
    [({"heating": "1"}, "connect: expected one of it.heater, it.workload, it.power, got 'it.heating'")],
)
def test_a_missing_variable_is_named(wires: dict[str, str], told: str) -> None:
    with pytest.raises(UnknownSignal, match=told):
        simulate(driven(Fmu(data=fmu(RcThermal())), wires), {})


def test_a_missing_parameter_is_named() -> None:
    with pytest.raises(UnknownSignal, match=r"model\.fmu: parameters: expected one of none, got 'mass'"):
        Fmu(data=fmu(RcThermal()), parameters={"mass": 1.0})


def test_a_plant_that_draws_random_numbers_is_not_exported() -> None:
    with pytest.raises(NotExportable, match="crc-sampler: expected a plant that depends on its state and inputs alone"):
        fmu(CrcSampler())


def test_a_wrong_period_is_refused() -> None:
    with pytest.raises(CosimError, match="expected more than 0 s, got 0"):
        export_fmu(RcThermal(), 0.0, "2.0", compiler())


@pytest.mark.parametrize("version", ["2.0", "3.0"])
def test_the_command_line_exports(tmp_path: Path, version: Version) -> None:
    compiler()
    assert cosim("export-fmu", plant="dc-motor", fmi=version, period=0.001, out=tmp_path) == 0
    found = read_model_description(tmp_path / "dc-motor.fmu", validate=True)
    assert (found.fmiVersion, found.defaultExperiment.stepSize) == (version, "0.001")


@pytest.mark.parametrize("plant", ["reactor", "rc-network", "crc-sampler"])
def test_what_cannot_be_exported_is_refused(tmp_path: Path, plant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cosim("export-fmu", plant=plant, out=tmp_path) == 2
    assert "expected" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
