"""Plants and scenarios as specs write them: each parameter with its unit, each option with what it may be."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from proofmark_contracts.cosimulation import Link, Part, Profile
from proofmark_spec.amounts import Parameters, amount, constant
from proofmark_spec.files import Files
from proofmark_spec.problems import Path, Report, Wrong, below
from proofmark_spec.quantities import NAME
from proofmark_spec.reading import choice, kind, mapping
from proofmark_spec.times import TIME
from proofmark_spec.units import unit

if TYPE_CHECKING:
    from proofmark_cosim import Component

WRITTEN = {"before": "from", "after": "to"}
"""How specs write what Python has other words for."""
NETWORK = {"capacities": "J/K", "links": "K/W"}
RECORDED = ("times_s", "values")
LARGEST_COUNT = 2**32 - 1


@dataclass(frozen=True)
class Placed:
    """A plant or a scenario that was read, and what computes it; the latter is None for a recorded profile."""

    part: Part
    component: "Component | None"
    profile: Profile | None = None


@dataclass(frozen=True)
class Reader:
    """Reads components of one spec."""

    parameters: Parameters
    files: Files
    report: Report

    def read(self, document: Any, path: Path, known: Mapping[str, type["Component"]], *more: str) -> Placed:
        """Read a plant or a scenario, in which these keys may stand besides.

        Raises
        ------
        Wrong
        """
        given = kind(document, dict)
        if "kind" not in given:
            raise Wrong(f"missing kind, one of {', '.join(known)}")
        with below("kind"):
            cls = known[choice(given["kind"], list(known))]
        required, optional = keys_of(cls)
        keys = mapping(given, path, self.report, ["kind", *required], [*optional, *more])
        part = self._part(keys, cls)
        if recorded(cls):
            return Placed(part, None, self._profile(keys))
        return Placed(part, _made(part))

    def _part(self, keys: Mapping[str, Any], cls: type["Component"]) -> Part:
        numbers: dict[str, float | str] = {}
        options: dict[str, int | str] = {}
        hints = get_type_hints(cls)
        for one in _taken(cls):
            if (key := _key(one)) in keys and one.name not in NETWORK:
                with below(key):
                    if "unit" in one.metadata:
                        numbers[one.name] = amount(keys[key], unit(one.metadata["unit"]).dimension, self.parameters)
                    else:
                        options[one.name] = _option(keys[key], hints[one.name])
        found = Part(kind=cls.kind, period_s=read_period(keys), numbers=numbers, options=options)
        return found.model_copy(update=self._network(keys)) if "capacities" in keys else found

    def _network(self, keys: Mapping[str, Any]) -> dict[str, Any]:
        capacities: dict[str, float | str] = {}
        for node, value in kind(keys["capacities"], dict).items():
            with below("capacities", node):
                if not NAME.match(node) or node == "ambient":
                    raise Wrong("expected a name of letters, digits and underscores, other than ambient")
                capacities[node] = amount(value, unit(NETWORK["capacities"]).dimension, self.parameters)
        return {"capacities": capacities, "links": tuple(self._links(keys["links"], [*capacities, "ambient"]))}

    def _links(self, document: Any, nodes: list[str]) -> list[Link]:
        found = []
        with below("links"):
            for index, entry in enumerate(kind(document, list)):
                with below(index):
                    given = mapping(entry, (), self.report, ["between", "resistance"])
                    pair = kind(given["between"], list)
                    if len(pair) != 2 or pair[0] == pair[1]:
                        raise Wrong("expected two nodes", "between")
                    one, other = (choice(node, nodes) for node in pair)
                    with below("resistance"):
                        value = amount(given["resistance"], unit(NETWORK["links"]).dimension, self.parameters)
                    found.append(Link(between=(one, other), resistance=value))
        return found

    def _profile(self, keys: Mapping[str, Any]) -> Profile:
        with below("file"):
            file = self.files.add(kind(keys["file"], str))
        with below("column"):
            column = kind(keys.get("column", "value"), str)
        return Profile(file=file, column=column)


def recorded(cls: type["Component"]) -> bool:
    """Whether its values come from a file."""
    return any(one.name in RECORDED for one in fields(cls))


def keys_of(cls: type["Component"]) -> tuple[list[str], list[str]]:
    """The keys that a component needs, and those that it may have."""
    required = [_key(one) for one in _taken(cls) if one.default is MISSING]
    optional = [_key(one) for one in _taken(cls) if one.default is not MISSING]
    return ([*required, "file"], [*optional, "column"]) if recorded(cls) else (required, optional)


def _taken(cls: type["Component"]) -> list[Field[Any]]:
    return [one for one in fields(cls) if one.name not in RECORDED]


def _key(one: Field[Any]) -> str:
    return WRITTEN.get(one.name, one.name)


def _made(part: Part) -> "Component":
    from proofmark_cosim import CosimError
    from proofmark_systems import component_of

    try:
        return component_of(part)
    except CosimError as error:
        raise Wrong(str(error)) from error


def read_period(keys: Mapping[str, Any]) -> float | None:
    """The period of a component, in s; None if it is every cycle.

    Raises
    ------
    Wrong
    """
    if "period" not in keys:
        return None
    with below("period"):
        period_s = constant(keys["period"], TIME)
        if not period_s > 0:
            raise Wrong(f"expected more than 0 s, got {period_s:g} s")
        return period_s


def _option(value: Any, hint: Any) -> int | str:
    if get_origin(hint) is not None:
        return choice(value, [str(word) for word in get_args(hint)])
    count = kind(value, int)
    if not 0 <= count <= LARGEST_COUNT:
        raise Wrong(f"expected a whole number from 0 to {LARGEST_COUNT:,}, got {count}")
    return count
