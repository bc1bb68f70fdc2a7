"""The temperatures that requirements can ask for, beside what the model gives."""

from dataclasses import replace

from proofmark_contracts.cosimulation import CosimModel
from proofmark_contracts.heat import Thermal
from proofmark_spec.model import Metrics
from proofmark_spec.problems import Wrong
from proofmark_spec.units import TEMPERATURE

HOTTEST = "t_max"


def with_temperatures(metrics: Metrics, thermal: Thermal | None) -> Metrics:
    """Return the metrics with the temperatures among them; with no limits to them if the section is wrong itself.

    Raises
    ------
    Wrong
        The model runs in time and has no plant that this could be, or calls something of its own by the name of a
        temperature.
    """
    if metrics.scope is not None:
        if isinstance(metrics.model, CosimModel) and metrics.model.heat is not None:
            return metrics
        raise Wrong("expected a plant of kind thermal in a model that runs in time: nothing takes this section")
    if thermal is None:
        return replace(metrics, known=None)
    given = dict.fromkeys(thermal.metrics, TEMPERATURE)
    for name in given.keys() & metrics.dimensions.keys():
        raise Wrong(f"the model has a metric {name}, which is the name of a temperature of this section")
    known = None if metrics.known is None else metrics.known | given.keys()
    return replace(metrics, dimensions={**metrics.dimensions, **given}, known=known)
