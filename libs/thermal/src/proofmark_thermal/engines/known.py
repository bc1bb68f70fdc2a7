"""The engines there are."""

from proofmark_thermal.engine import Engine
from proofmark_thermal.engines.calculix import CALCULIX
from proofmark_thermal.engines.elmer import ELMER
from proofmark_thermal.engines.other import OtherEngine
from proofmark_thermal.engines.program import Program
from proofmark_thermal.engines.variational import FENICSX, NGSOLVE
from proofmark_thermal.errors import UnknownName
from proofmark_thermal.finite_elements import FiniteElements

PROGRAMS: tuple[Program, ...] = (FENICSX, CALCULIX, NGSOLVE, ELMER)


def engine(name: str | None, default: FiniteElements) -> Engine:
    """Return an engine by name; the default one if None.

    Raises
    ------
    UnknownName
        There is no such engine.
    """
    if name in (None, default.name):
        return default
    for program in PROGRAMS:
        if program.name == name:
            return OtherEngine(program, default)
    raise UnknownName("engine", "name", [default.name, *(program.name for program in PROGRAMS)], str(name))
