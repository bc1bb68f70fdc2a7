"""Pictures of temperatures and meshes: the surface of a solid, a section, or a curve along a rod."""

from itertools import product
from typing import Any

import numpy as np

from proofmark_thermal.arrays import FloatArray, IntArray
from proofmark_thermal.engine import Solution
from proofmark_thermal.errors import MissingExtra
from proofmark_thermal.mesh import outward
from proofmark_thermal.model import Model

KELVIN = 273.15
_QUARTERS = {1: [[0, 1, 2]], 2: [[0, 3, 4], [3, 1, 5], [4, 5, 2], [3, 5, 4]]}
"""Straight triangles that a side's nodes make, by degree."""
_ELEVATION = 0.45
_SHADE = 0.3
"""How much darker a face is that turns away from the light."""
_COLOURS = "inferno"


def figure_of_temperatures(solution: Solution) -> Any:
    """Draw the temperatures when they were highest, with the hot spot marked; a matplotlib figure."""
    figure, axes = _figure(solution.model.space.mesh.dimension)
    celsius = solution.peak - KELVIN
    hottest = solution.hottest
    label = f"{hottest.within}: {hottest.temperature - KELVIN:.2f} °C"
    if solution.course is not None:
        label += f" at {hottest.time_s:.6g} s"
    place = np.array(hottest.place)
    match solution.model.space.mesh.dimension:
        case 1:
            order = solution.model.space.nodes[:, 0].argsort(kind="stable")
            axes.plot(solution.model.space.nodes[order, 0], celsius[order], color="black")
            axes.set(xlabel="x, m", ylabel="temperature, °C")
            spot = np.array([place[0], hottest.temperature - KELVIN])
        case 2:
            triangles = _split(solution.model.space.cells, solution.model.space.degree)
            nodes = solution.model.space.nodes
            drawn = axes.tripcolor(*nodes.T, triangles, celsius, shading="gouraud", cmap=_COLOURS)
            figure.colorbar(drawn, ax=axes, label="temperature, °C")
            axes.set(xlabel="x, m", ylabel="y, m", aspect="equal")
            spot = place
        case _:
            view = _view(solution.model, place)
            triangles = _split(solution.model.space.facets, solution.model.space.degree)
            drawn = _surface(axes, solution.model.space.nodes[triangles], celsius[triangles].mean(axis=1), view)
            figure.colorbar(drawn, ax=axes, label="temperature, °C", shrink=0.8)
            spot = view[:2] @ place
    axes.plot(*spot, marker="o", markersize=11, markerfacecolor="none", markeredgecolor="white", markeredgewidth=3.5)
    axes.plot(*spot, marker="o", markersize=11, markerfacecolor="none", markeredgecolor="black", markeredgewidth=1.5)
    box = {"boxstyle": "round", "facecolor": "white", "edgecolor": "black"}
    axes.annotate(label, spot, (12, 14), textcoords="offset points", bbox=box)
    return figure


def figure_of_mesh(solution: Solution) -> Any:
    """Draw the elements of the last mesh, coloured by region; a matplotlib figure."""
    mesh, model = solution.model.space.mesh, solution.model
    figure, axes = _figure(mesh.dimension)
    match mesh.dimension:
        case 1:
            axes.plot(mesh.points[:, 0], np.zeros(len(mesh.points)), marker="|", markersize=20, color="black")
            axes.set(xlabel="x, m", yticks=[])
        case 2:
            axes.tripcolor(*mesh.points.T, mesh.cells, mesh.cell_region, cmap="Set3", vmin=0, vmax=11)
            axes.triplot(*mesh.points.T, mesh.cells, color="black", linewidth=0.3)
            axes.set(xlabel="x, m", ylabel="y, m", aspect="equal")
        case _:
            view = _view(model, np.array(solution.hottest.place))
            region = np.array([mesh.regions.index(patch.region) for patch in mesh.patches])[mesh.facet_patch]
            _surface(axes, mesh.points[mesh.facets], region.astype(np.float64), view, edges=True)
    axes.set_title(f"{len(mesh.cells)} elements, {model.size} unknowns: {', '.join(mesh.regions)}", fontsize=9)
    return figure


def _figure(dimension: int) -> tuple[Any, Any]:
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtra("a picture", "fem") from error
    figure = Figure(figsize=(8, 6), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    if dimension == 3:
        axes.set(aspect="equal")
        axes.set_axis_off()
    return figure, axes


def _surface(axes: Any, corners: FloatArray, values: FloatArray, view: FloatArray, *, edges: bool = False) -> Any:
    """Paint (t, 3, 3) triangles from back to front; those that face away are hidden by the others."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import Normalize

    flat = corners @ view.T
    order = np.argsort(flat[:, :, 2].mean(axis=1), kind="stable")
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    lengths = np.linalg.norm(normals, axis=1)
    towards = np.abs(normals @ (0.25 * view[0] + 0.45 * view[1] + 0.85 * view[2])) / np.where(lengths > 0, lengths, 1)
    shapes = list(flat[order][:, :, :2])
    scale = ScalarMappable(Normalize(0, 11) if edges else None, "Set3" if edges else _COLOURS)
    scale.set_array(values[order])
    scale.autoscale_None()
    colours = np.asarray(scale.to_rgba(values[order]))
    colours[:, :3] *= (1 - _SHADE * (1 - np.minimum(towards[order], 1)))[:, None]
    lines: dict[str, Any] = (
        {"edgecolors": "black", "linewidths": 0.25} if edges else {"edgecolors": colours, "linewidths": 0.4}
    )
    shaded = PolyCollection(shapes, facecolors=colours, **lines)
    axes.add_collection(shaded)
    axes.autoscale_view()
    return scale


def _view(model: Model, place: FloatArray) -> FloatArray:
    """(3, 3) Right, up and towards the eye, looking from where most of what is near the hot spot is seen."""
    mesh = model.space.mesh
    middles = mesh.points[mesh.facets].mean(axis=1)
    near = np.argsort(np.linalg.norm(middles - place, axis=1), kind="stable")[:6]
    facing = outward(mesh)[near].mean(axis=0)
    sides = [np.array([0.8 * x, 0.6 * y, _ELEVATION * 2 * z]) for x, y, z in product((1, -1), (-1, 1), (1, -1))]
    eye = max(sides, key=lambda side: float(side @ facing))
    eye = eye / np.linalg.norm(eye)
    right = np.cross([0.0, 0.0, 1.0], eye)
    right /= np.linalg.norm(right)
    return np.array([right, np.cross(eye, right), eye])


def _split(sides: IntArray, degree: int) -> IntArray:
    """(t, 3) Corners of straight triangles that follow the nodes of triangles."""
    return np.concatenate([sides[:, quarter] for quarter in _QUARTERS[degree]])
