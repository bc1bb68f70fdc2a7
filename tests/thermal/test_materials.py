"""The library's materials have sources, and behave; the reference page lists them and every error."""

import inspect
import json
from importlib.resources import files
from pathlib import Path

import pytest

from proofmark_thermal import errors
from proofmark_thermal.errors import ThermalError
from proofmark_thermal.materials import library, material_of
from proofmark_thermal.problem import Region
from proofmark_thermal.values import Table, extremes

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "thermal.md").read_text()


@pytest.mark.parametrize("name", library())
def test_materials_are_physical_within_their_range(name: str) -> None:
    material = library()[name]
    assert not isinstance(material.k, tuple)
    assert 0.01 < extremes(material.k)[0] <= extremes(material.k)[1] < 3000
    assert material.rho is not None
    assert material.cp is not None
    assert 1e5 < material.rho * extremes(material.cp)[0] <= material.rho * extremes(material.cp)[1] < 1e7
    for each in (material.k, material.cp):
        if isinstance(each, Table):
            assert each.at_k[-1] >= material.range_k[1]
            assert each.at_k[0] - 30 <= material.range_k[0]


def test_every_material_says_where_it_comes_from_and_is_described() -> None:
    entries = json.loads(files("proofmark_thermal").joinpath("materials.json").read_text())
    assert set(entries) == set(library())
    for name, entry in entries.items():
        assert f"| `{name}` |" in PAGE
        assert entry["source"] in PAGE


def test_every_error_is_described() -> None:
    named = {name for name, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, ThermalError)}
    assert {name for name in named - {"ThermalError"} if f"| `{name}` |" not in PAGE} == set()


def test_what_a_region_states_goes_before_its_material() -> None:
    found = material_of("sink", Region(material="aluminium-6061", k=150.0))
    assert (found.k, found.rho, found.cp) == (150.0, 2700.0, 896.0)


def test_a_table_narrows_the_range() -> None:
    found = material_of("sink", Region(material="aluminium-6061", k=Table((280.0, 400.0), (150.0, 160.0))))
    assert found.range_k == (280.0, 400.0)
