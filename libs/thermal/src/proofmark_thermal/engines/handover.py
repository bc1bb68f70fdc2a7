"""Writes a model as plain arrays and numbers, for programs that know nothing of this package.

`mesh.npz`: nodes (n, d), m; cells (m, nodes of an element), corners first, then the middles of the edges in the order
of `elements.edges`; cell_tag (m,); facets (f, d), their corners; facet_tag (f,); (p, 2) nodes of each contact; nodes of
each fixed temperature. Every term names the tags of the cells or facets that it is on: tags part them so that terms may
share some. `case.json`: the terms. A value is a number, or a `table` against temperature (of a film: against the rise),
or a `schedule` against time; both linear between their knots.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from proofmark_thermal.arrays import FloatArray, IntArray
from proofmark_thermal.mesh import rows_in
from proofmark_thermal.model import Model
from proofmark_thermal.terms import Conduction, Film, Heating, Joint, Radiation, Storage, Term, now
from proofmark_thermal.values import Schedule, Table, Value

MESH, CASE = "mesh.npz", "case.json"


@dataclass(frozen=True, eq=False)
class Places:
    """Simplices of one dimension, parted by which of several sets they belong to."""

    corners: IntArray
    """(m, s + 1)"""
    tags: IntArray
    """(m,), from 1"""
    members: tuple[tuple[int, ...], ...]
    """The tags of each set."""


def places(sets: list[IntArray], corners: IntArray | None = None) -> Places:
    """Part simplices.

    Parameters
    ----------
    sets
        (b, s + 1) corners of each set.
    corners
        (m, s + 1) of all simplices, in the order wanted; what is in the sets if None.
    """
    if corners is None:
        empty = np.empty((0, sets[0].shape[1] if sets else 1), dtype=np.int64)
        stacked = np.concatenate([empty, *sets])
        corners = stacked[np.unique(np.sort(stacked, axis=1), axis=0, return_index=True)[1]]
    within = np.zeros((len(corners), len(sets)), dtype=bool)
    for column, each in enumerate(sets):
        within[rows_in(np.sort(each, axis=1), np.sort(corners, axis=1)), column] = True
    kinds, tags = np.unique(within, axis=0, return_inverse=True)
    members = tuple(tuple((np.flatnonzero(kinds[:, column]) + 1).tolist()) for column in range(len(sets)))
    return Places(corners, tags.reshape(-1) + 1, members)


def write(model: Model, folder: Path, times_s: FloatArray | None = None) -> None:
    """Write both files.

    Parameters
    ----------
    times_s : (t,)
        Where steps of a transient end, from its start; None in a steady state.
    """
    space, dimension = model.space, model.space.mesh.dimension
    terms: list[Term | Storage] = [*model.terms, *(model.storages if times_s is not None else ())]
    inner = [term.integrals for term in terms if term.integrals.dimension == dimension]
    outer = [term.integrals for term in terms if term.integrals.dimension < dimension]
    cells = places([each.nodes[:, : dimension + 1] for each in inner], space.cells[:, : dimension + 1])
    facets = places([each.nodes[:, :dimension] for each in outer])
    tags: dict[int, tuple[int, ...]] = {id(each): members for each, members in zip(inner, cells.members, strict=True)}
    tags |= {id(each): members for each, members in zip(outer, facets.members, strict=True)}
    arrays = {
        "nodes": space.nodes,
        "cells": space.cells,
        "cell_tag": cells.tags,
        "facets": facets.corners.reshape(-1, dimension),
        "facet_tag": facets.tags,
    }
    described = []
    for number, term in enumerate(terms):
        on = "cells" if term.integrals.dimension == dimension else "facets"
        place = {"name": term.name, "on": on, "tags": tags[id(term.integrals)], "weight": term.integrals.weight}
        described.append(place | _numbers(term, steady=times_s is None))
        if isinstance(term, Joint):
            arrays[f"joint{number}"] = pairs(term)
    for number, (nodes, _) in enumerate(model.fixed.values()):
        arrays[f"fixed{number}"] = nodes
    transient = model.problem.transient
    case = {
        "degree": space.degree,
        "curved": any(bool(each.bent.any()) for each in inner),
        "turned": any(each.turned for each in inner),
        "linear": model.linear and all(term.linear for term in terms),
        "symmetric": model.symmetric,
        "terms": described,
        "fixed": [_value(value, steady=times_s is None) for _, value in model.fixed.values()],
        "times_s": None if times_s is None else times_s.tolist(),
        "initial_k": None if transient is None else transient.initial,
    }
    np.savez(folder / MESH, **arrays)  # type: ignore[arg-type]
    (folder / CASE).write_text(json.dumps(case))


def pairs(joint: Joint) -> IntArray:
    """Return the (p, 2) nodes of a contact that face each other, each pair once."""
    both = np.column_stack([joint.integrals.nodes.ravel(), joint.opposite.ravel()])
    return np.unique(both, axis=0)


def _numbers(term: Term | Storage, *, steady: bool) -> dict[str, Any]:
    def value(given: Value) -> Any:
        return _value(given, steady=steady)

    match term:
        case Conduction():
            return {"kind": "conduction", "k": [value(k) for k in term.along]}
        case Film():
            return {"kind": "film", "h": value(term.h), "ambient": value(term.ambient)}
        case Radiation():
            return {"kind": "radiation", "emissivity": term.emissivity, "ambient": value(term.ambient)}
        case Heating():
            return {"kind": "heating", "power": value(term.power), "density": term.density}
        case Joint():
            return {"kind": "joint", "conductance": term.conductance}
        case Storage():
            return {"kind": "storage", "rho": term.rho, "cp": value(term.cp)}
    raise AssertionError(f"no engine knows the term {type(term).__name__}")


def _value(value: Value, *, steady: bool) -> Any:
    if isinstance(value, Table):
        return {"table": [list(value.at_k), list(value.values)]}
    if isinstance(value, Schedule) and not steady:
        return {"schedule": [list(value.times_s), list(value.values)]}
    return now(value, 0.0)
