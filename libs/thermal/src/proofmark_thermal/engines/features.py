"""What a problem asks of an engine beyond steady linear conduction in solids."""

from collections.abc import Iterator

from proofmark_thermal.engines.errors import NotCovered
from proofmark_thermal.model import Model
from proofmark_thermal.shapes import Axisymmetric, Plane, Rod
from proofmark_thermal.terms import Conduction, Film, Heating, Joint, Radiation
from proofmark_thermal.values import Table

PLANE, TURNED, ROD = "plane sections", "axisymmetric sections", "rods"
K_OF_T, H_OF_RISE, Q_OF_T = "k(T)", "h(rise)", "Q(T)"
SKIN = "the two surfaces of a section"
CONTACT, FLAT_CONTACT, FORKED = "contacts", "contacts in sections", "contacts where one node meets two"
DEGREE_1 = "linear elements"
RADIATION, TRANSIENT = "radiation", "transients"


def features(model: Model) -> frozenset[str]:
    """Return what a model has of the above."""
    return frozenset(_found(model))


def refuse(engine: str, model: Model, covered: frozenset[str]) -> None:
    """Refuse a model that an engine does not cover.

    Raises
    ------
    NotCovered
        With everything that it lacks.
    """
    if missing := sorted(features(model) - covered):
        raise NotCovered(engine, missing)


def _found(model: Model) -> Iterator[str]:
    symmetry = {Plane: PLANE, Axisymmetric: TURNED, Rod: ROD}.get(type(model.space.mesh.symmetry))
    if symmetry is not None:
        yield symmetry
    if model.problem.transient is not None:
        yield TRANSIENT
    if model.space.degree == 1:
        yield DEGREE_1
    for term in model.terms:
        skin = term.name not in model.cells and term.name in model.faces
        if skin and model.faces[term.name].dimension == model.space.mesh.dimension:
            yield SKIN
        match term:
            case Conduction() if not term.linear:
                yield K_OF_T
            case Film(h=Table()):
                yield H_OF_RISE
            case Heating(power=Table()):
                yield Q_OF_T
            case Radiation():
                yield RADIATION
            case Joint(integrals=integrals, opposite=opposite):
                yield CONTACT
                if model.space.mesh.dimension < 3:
                    yield FLAT_CONTACT
                pairs = set(zip(integrals.nodes.ravel().tolist(), opposite.ravel().tolist(), strict=True))
                if len(pairs) > len({one for one, _ in pairs}):
                    yield FORKED
