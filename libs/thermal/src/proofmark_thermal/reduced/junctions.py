"""Lumped junctions: how far each is above the mean of its faces."""

from proofmark_thermal.reduced.coefficients import Factor
from proofmark_thermal.reduced.form import Form
from proofmark_thermal.terms import now


def over_faces(form: Form, source: str) -> Factor:
    """Return the rise of a source's junction over its faces, K, as a factor of what drives its heat."""
    resistance = form.model.problem.sources[source].junction_resistance
    place = next(place for place in form.affine.loads if place.rpartition(".")[0] == f"sources.{source}")
    watts = float(form.affine.loads[place].sum())
    quantity = next((name for name, each in form.varied.items() if place in each.places), None)
    given = now(form.affine.powers[place], 0.0) if quantity is None else quantity
    return Factor(given, (resistance or 0.0) * watts)
