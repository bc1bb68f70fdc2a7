"""Robots on a plane that keep a formation."""

from dataclasses import dataclass
from functools import reduce
from math import ceil, cos, pi, sin, sqrt
from typing import ClassVar, Literal

from proofmark_cosim.component import Component, Moment, Number, Port, Values, number
from proofmark_cosim.errors import OutOfRange
from proofmark_cosim.graph import Node, maximum, minimum, real, square_root, total, where

GOLDEN_ANGLE = pi * (3 - sqrt(5))
MOST_ROBOTS = 64
CLOSEST_M = 1e-6


@dataclass(frozen=True, kw_only=True)
class Formation(Component):
    """Point robots that steer by separation, cohesion, alignment and their place in a circle, a line or a grid.

    Each accelerates by cohesion x (its place - where it is) + alignment x (mean velocity - its own) + separation x
    the sum over neighbours nearer than `personal_space` of (away from it) x (space / distance - 1), - damping x
    velocity; places stand around the goal. Semi-implicit Euler; speeds are limited. They start on a spiral.

    Reynolds (1987), Flocks, herds and schools, SIGGRAPH '87.
    """

    kind: ClassVar[str] = "formation"

    robots: int = 5
    shape: Literal["circle", "line", "grid"] = "circle"
    spacing: Number = number("m", 1.0, above=0)
    """Between neighbours in the formation."""
    cohesion: Number = number("1/s^2", 1.0, low=0)
    alignment: Number = number("1/s", 0.5, low=0)
    damping: Number = number("1/s", 1.5, low=0)
    separation: Number = number("m/s^2", 1.0, low=0)
    personal_space: Number = number("m", 0.5, above=0)
    max_speed: Number = number("m/s", 2.0, above=0)
    start_radius: Number = number("m", 3.0, above=0)

    def __post_init__(self) -> None:
        if not 2 <= self.robots <= MOST_ROBOTS:
            raise OutOfRange("robots", f"2 to {MOST_ROBOTS}", self.robots)

    def inputs(self) -> tuple[Port, ...]:
        """Where the formation's centre shall be."""
        return Port("goal_x", "m", default=0.0), Port("goal_y", "m", default=0.0)

    def outputs(self) -> tuple[Port, ...]:
        """Of the formation: the largest distance of a robot from its place, the smallest between two, the centre."""
        names = ("formation_error", "closest", "centre_x", "centre_y")
        places = (f"{axis}{i}" for i in range(self.robots) for axis in "xy")
        return tuple(Port(name, "m") for name in (*names, *places))

    def places(self) -> list[tuple[float, float]]:
        """Where each robot belongs, around the centre and with neighbours at distance 1."""
        n = self.robots
        if self.shape == "circle":
            radius = 0.5 / sin(pi / n)
            return [(radius * cos(2 * pi * i / n), radius * sin(2 * pi * i / n)) for i in range(n)]
        columns = n if self.shape == "line" else ceil(sqrt(n))
        cells = [(float(i % columns), float(i // columns)) for i in range(n)]
        middle = [sum(axis) / n for axis in zip(*cells, strict=True)]
        return [(x - middle[0], y - middle[1]) for x, y in cells]

    def start(self, p: Values) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for i in range(self.robots):
            out, turn = sqrt((i + 0.5) / self.robots), i * GOLDEN_ANGLE
            found |= {f"x{i}": p["start_radius"] * (out * cos(turn)), f"y{i}": p["start_radius"] * (out * sin(turn))}
            found |= {f"vx{i}": real(0.0), f"vy{i}": real(0.0)}
        return found

    def observe(self, now: Moment) -> dict[str, Node]:
        off = [square_root(dx * dx + dy * dy) for dx, dy in zip(*(self._off(axis, now) for axis in "xy"), strict=True)]
        apart = [square_root(dx * dx + dy * dy) for _, _, dx, dy in self._pairs(now.x)]
        return {
            "formation_error": reduce(maximum, off),
            "closest": reduce(minimum, apart),
            "centre_x": self._mean("x", now.x),
            "centre_y": self._mean("y", now.x),
            **{f"{axis}{i}": now.x[f"{axis}{i}"] for i in range(self.robots) for axis in "xy"},
        }

    def advance(self, now: Moment) -> dict[str, Node]:
        push: dict[str, list[Node]] = {f"{axis}{i}": [] for i in range(self.robots) for axis in "xy"}
        for i, j, dx, dy in self._pairs(now.x):
            apart = maximum(square_root(dx * dx + dy * dy), CLOSEST_M)
            room = now.p["personal_space"]
            strength = where(apart < room, now.p["separation"] * (room / apart - 1), 0.0)
            for axis, way in (("x", dx / apart), ("y", dy / apart)):
                push[f"{axis}{i}"].append(strength * way)
                push[f"{axis}{j}"].append(-(strength * way))
        velocity: dict[str, Node] = {}
        for axis in "xy":
            mean, off = self._mean(f"v{axis}", now.x), self._off(axis, now)
            for i in range(self.robots):
                own = now.x[f"v{axis}{i}"]
                steering = now.p["cohesion"] * off[i] + now.p["alignment"] * (mean - own) - now.p["damping"] * own
                velocity[f"v{axis}{i}"] = own + now.period_s * (steering + total(push[f"{axis}{i}"]))
        for i in range(self.robots):
            vx, vy = velocity[f"vx{i}"], velocity[f"vy{i}"]
            slower = minimum(1.0, now.p["max_speed"] / maximum(square_root(vx * vx + vy * vy), CLOSEST_M))
            velocity |= {f"vx{i}": slower * vx, f"vy{i}": slower * vy}
        moved = {name: now.x[name] + now.period_s * velocity[f"v{name}"] for name in push}
        return moved | velocity

    def _off(self, axis: str, now: Moment) -> list[Node]:
        """How far each robot has to go."""
        at = "xy".index(axis)
        return [
            now.u[f"goal_{axis}"] + now.p["spacing"] * place[at] - now.x[f"{axis}{i}"]
            for i, place in enumerate(self.places())
        ]

    def _mean(self, name: str, x: Values) -> Node:
        return total(x[f"{name}{i}"] for i in range(self.robots)) / self.robots

    def _pairs(self, x: Values) -> list[tuple[int, int, Node, Node]]:
        """Every two robots, and the way from the second to the first."""
        return [(i, j, x[f"x{i}"] - x[f"x{j}"], x[f"y{i}"] - x[f"y{j}"]) for i in range(self.robots) for j in range(i)]
