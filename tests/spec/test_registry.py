"""The units that stand ready are pint's, to the last digit, and reading them leaves pint alone."""

import subprocess
import sys
from fractions import Fraction
from typing import Any

import pint
import pytest

from proofmark_expression import Dimension
from proofmark_spec.registry import USUAL, asked, named, usual

from ..repository.files import ROOT
from .units_table import table

DEFAULT: Any = pint.UnitRegistry(non_int_type=Fraction)


@pytest.mark.parametrize("name", sorted(usual()))
def test_a_usual_unit_is_that_of_pints_default_registry(name: str) -> None:
    one = DEFAULT.Quantity(Fraction(1), name).to_base_units()
    exponents = {base.strip("[]"): power for base, power in one.dimensionality.items()}
    assert named(name) == asked(name) == (Dimension.of(exponents), one.magnitude)


def test_the_table_is_what_pint_says_now() -> None:
    assert USUAL.read_text() == table(), "run `python -m tests.spec.units_table`"


@pytest.mark.parametrize("name", ["furlong", "Ym", "millinewton", "slug", "arcminute"])
def test_other_units_are_asked_of_pint(name: str) -> None:
    assert name not in usual()
    assert named(name) == asked(name) is not None


def test_a_usual_spec_is_read_without_pint() -> None:
    """Its import and its definitions took 0.42 s of CPU; the table takes 0.01 s."""
    script = (
        "import sys; from pathlib import Path; from proofmark_spec import load;"
        "[load(Path('examples', name, 'spec.yaml')) for name in ('latch', 'shaft-fit')];"
        "assert 'pint' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)
