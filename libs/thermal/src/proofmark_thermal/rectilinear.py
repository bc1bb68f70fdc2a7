"""Which blocks and pads a primitive with straight sides is made of."""

from collections.abc import Mapping

from proofmark_thermal.blocks import Area, Block
from proofmark_thermal.errors import BadGeometry
from proofmark_thermal.shapes import Box, FinnedSink, Pad, Plate, Rectangle, Segment, Shape, Vector

BOX = (("left", "right"), ("front", "back"), ("bottom", "top"))
RECTANGLE = (("left", "right"), ("bottom", "top"))


def blocks_of(region: str, shape: Shape) -> tuple[list[Block], list[Area]] | None:
    """Return blocks and areas; None if the primitive has curved faces."""
    match shape:
        case Box(size, at):
            return [Block(region, at, _beyond(at, size), BOX)], []
        case Plate(size, pads, at):
            top = at[2] + size[2]
            return [Block(region, at, _beyond(at, size), BOX)], _areas(region, pads, at, top, size[:2])
        case FinnedSink():
            return _sink(region, shape)
        case Rectangle(size, at):
            return [Block(region, at, _beyond(at, size), RECTANGLE)], []
        case Segment(length, start):
            return [Block(region, (start,), (start + length,), (("left", "right"),))], []
    return None


def _sink(region: str, sink: FinnedSink) -> tuple[list[Block], list[Area]]:
    x, y, z = sink.at
    top = z + sink.base
    sides = (("sides", "sides"), ("sides", "sides"), ("base", "fins"))
    base = Block(region, sink.at, (x + sink.length, y + sink.width, top), sides)
    pitch = (sink.width - sink.fin_thickness) / max(sink.fins - 1, 1)
    if pitch <= sink.fin_thickness and sink.fins > 1:
        gap = f"{pitch - sink.fin_thickness:g} m between {sink.fins} fins"
        raise BadGeometry(f"finned sink {region}", "fins apart from each other", gap)
    fins = [
        Block(
            region,
            (x, y + number * pitch, top),
            (x + sink.length, y + number * pitch + sink.fin_thickness, top + sink.fin_height),
            (("fins", "fins"),) * 3,
        )
        for number in range(sink.fins)
    ]
    return [base, *fins], _areas(region, sink.pads, sink.at, z, (sink.length, sink.width))


def _areas(region: str, pads: Mapping[str, Pad], at: Vector, height: float, room: tuple[float, float]) -> list[Area]:
    areas = []
    for name, pad in pads.items():
        low = tuple(at[i] + pad.centre[i] - pad.size[i] / 2 for i in (0, 1))
        high = tuple(at[i] + pad.centre[i] + pad.size[i] / 2 for i in (0, 1))
        slack = 1e-9 * max(room)
        if any(low[i] < at[i] - slack or high[i] > at[i] + room[i] + slack for i in (0, 1)):
            reach = f"one from ({low[0]:g}, {low[1]:g}) to ({high[0]:g}, {high[1]:g}) m"
            raise BadGeometry(f"pad {name} of {region}", "a rectangle on the part's face", reach)
        areas.append(Area(region, name, 2, (*low, height), (*high, height)))
    return areas


def _beyond(at: tuple[float, ...], size: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(start + length for start, length in zip(at, size, strict=True))
