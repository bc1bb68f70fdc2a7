"""Steady temperatures: Newton's method with a line search; one step where the problem is linear."""

import numpy as np

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.errors import NotConverged, Runaway
from proofmark_thermal.linear import EXACT, ROUGH, solver
from proofmark_thermal.model import Model
from proofmark_thermal.terms import Heating, now

_STEPS = 60
_HALVINGS = 30
_STEP_K = 1e-7
"""Change at which Newton's method ends."""


def steady(model: Model, time_s: float = 0.0, start: FloatArray | None = None) -> FloatArray:
    """Return the (n,) steady temperatures, K, with schedules held at a time.

    Raises
    ------
    Runaway
        A source grows with temperature and no steady temperature was found.
    NotConverged
        Another problem whose iteration did not end.
    """
    temperatures = np.full(model.size, _typical(model, time_s)) if start is None else start.copy()
    temperatures[model.fixed_nodes] = model.fixed_values(time_s)
    free = model.free_nodes
    if not free.size:
        return temperatures
    out = model.leaving(temperatures, time_s)[free]
    relative = EXACT if model.linear else ROUGH
    for _ in range(_STEPS):
        tangent = model.tangent(temperatures, time_s)
        try:
            step = solver(tangent, model.space, free, symmetric=model.symmetric, relative=relative)(-out)
        except (NotConverged, RuntimeError) as error:
            raise _failed(model, temperatures, float(np.abs(out).max())) from error
        if model.linear:
            temperatures[free] += step
            return temperatures
        if _feeds_itself(model) and float(step @ (tangent[free][:, free] @ step)) <= 0:
            raise _failed(model, temperatures, float(np.abs(out).max()))
        for _ in range(_HALVINGS):
            tried = temperatures.copy()
            tried[free] += step
            there = model.leaving(tried, time_s)[free]
            if np.linalg.norm(there) < np.linalg.norm(out) or np.abs(step).max() < _STEP_K:
                break
            step /= 2
        temperatures, out = tried, there
        if not np.isfinite(out).all():
            break
        if np.abs(step).max() < _STEP_K:
            return temperatures
    raise _failed(model, temperatures, float(np.abs(out).max()))


def _typical(model: Model, time_s: float) -> float:
    """A surrounding to start from."""
    known = [sink.temperature for sink in model.problem.sinks.values() if sink.temperature is not None]
    known += [sink.ambient for sink in model.problem.sinks.values() if sink.ambient is not None]
    return max((now(each, time_s) for each in known), default=0.0)


def _feeds_itself(model: Model) -> bool:
    return any(isinstance(term, Heating) and not term.linear for term in model.terms)


def _failed(model: Model, temperatures: FloatArray, residual_w: float) -> Runaway | NotConverged:
    for term in model.terms:
        if isinstance(term, Heating) and not term.linear:
            return Runaway(f"heat of {term.name}", float(temperatures.max()))
    return NotConverged("Newton's method for the steady temperatures", _STEP_K, residual_w)
