"""Errors of this room: what is wrong, where, what was expected, what came."""

from collections.abc import Mapping, Sequence


class ThermalError(ValueError):
    """Root of this room's errors."""


class BadTable(ThermalError):
    """A table or a schedule that is not one."""

    def __init__(self, what: str, expected: str, got: str) -> None:
        super().__init__(f"{what}: expected {expected}, got {got}")
        self.what, self.expected, self.got = what, expected, got


class OutOfRange(ThermalError):
    """A number lies outside the range in which the problem has an answer."""

    def __init__(self, where: str, expected: str, got: float) -> None:
        super().__init__(f"{where}: expected {expected}, got {got:g}")
        self.where, self.expected, self.got = where, expected, got


class UnknownName(ThermalError):
    """A region, a material or a face that is not there."""

    def __init__(self, where: str, what: str, known: Sequence[str], got: str) -> None:
        super().__init__(f"{where}: unknown {what}: expected one of {', '.join(known) or 'none'}, got {got!r}")
        self.where, self.what, self.known, self.got = where, what, tuple(known), got


class Unassigned(ThermalError):
    """A solid without a region, or a region without what is needed of it."""

    def __init__(self, where: str, expected: str) -> None:
        super().__init__(f"{where}: expected {expected}, got nothing")
        self.where, self.expected = where, expected


class Contradiction(ThermalError):
    """Two things are said where one is meant."""

    def __init__(self, where: str, first: str, second: str) -> None:
        super().__init__(f"{where}: expected one of {first} and {second}, got both")
        self.where, self.first, self.second = where, first, second


class NothingSelected(ThermalError):
    """A selector matches no face."""

    def __init__(self, where: str, selector: str, nearby: Sequence[str]) -> None:
        super().__init__(f"{where}: {selector} matches no face: expected one of {', '.join(nearby)}")
        self.where, self.selector, self.nearby = where, selector, tuple(nearby)


class TooMuchSelected(ThermalError):
    """A selector matches more faces than it may."""

    def __init__(self, where: str, selector: str, expected: str, got: Sequence[str]) -> None:
        super().__init__(f"{where}: {selector} matches too much: expected {expected}, got {', '.join(got)}")
        self.where, self.selector, self.expected, self.got = where, selector, expected, tuple(got)


class NoSink(ThermalError):
    """Heat that enters a part of the body has no way out, so that no steady temperature exists."""

    def __init__(self, regions: Sequence[str], near_m: Sequence[float]) -> None:
        place = ", ".join(f"{x:.4g}" for x in near_m)
        super().__init__(
            f"regions {', '.join(regions)}, around ({place}) m: expected a convection, a radiation or a fixed "
            f"temperature on the part that hangs together there, got none; a steady temperature does not exist"
        )
        self.regions, self.near_m = tuple(regions), tuple(near_m)


class PointSource(ThermalError):
    """Heat that enters at a point or along a line makes an infinite temperature."""

    def __init__(self, where: str, measure: str) -> None:
        super().__init__(
            f"{where}: heat enters through {measure}, where its temperature is infinite: expected a region or a face "
            f"with an area"
        )
        self.where, self.measure = where, measure


class Overlap(ThermalError):
    """Two solids fill the same space."""

    def __init__(self, first: str, second: str, volume_m3: float) -> None:
        super().__init__(f"solids {first} and {second}: expected no overlap, got {volume_m3:.4g} m3")
        self.first, self.second, self.volume_m3 = first, second, volume_m3


class BadGeometry(ThermalError):
    """The geometry is no solid: an open shell, a file that is none, a length that is not positive."""

    def __init__(self, where: str, expected: str, got: str) -> None:
        super().__init__(f"{where}: expected {expected}, got {got}")
        self.where, self.expected, self.got = where, expected, got


class MeshTooLarge(ThermalError):
    """The mesh would not fit in memory; found before it is made."""

    def __init__(self, unknowns: int, needed_bytes: float, available_bytes: float) -> None:
        super().__init__(
            f"mesh: about {unknowns} unknowns take {needed_bytes / 1e9:.3g} GB: expected at most "
            f"{available_bytes / 1e9:.3g} GB; ask for a coarser mesh or a lower accuracy"
        )
        self.unknowns, self.needed_bytes, self.available_bytes = unknowns, needed_bytes, available_bytes


class LimitBelowAmbient(ThermalError):
    """Without anything that cools below ambient, no design can hold the limit."""

    def __init__(self, where: str, limit_k: float, ambient_k: float) -> None:
        super().__init__(
            f"{where}: expected a limit above the coldest surrounding, {ambient_k - 273.15:.6g} degC, "
            f"got {limit_k - 273.15:.6g} degC"
        )
        self.where, self.limit_k, self.ambient_k = where, limit_k, ambient_k


class BeyondMaterial(ThermalError):
    """A region gets hotter or colder than its material's data reach."""

    def __init__(self, region: str, material: str, range_k: tuple[float, float], got_k: float) -> None:
        low, high = (bound - 273.15 for bound in range_k)
        super().__init__(
            f"region {region}: {material} is known from {low:.6g} to {high:.6g} degC, got {got_k - 273.15:.6g} degC"
        )
        self.region, self.material, self.range_k, self.got_k = region, material, range_k, got_k


class Runaway(ThermalError):
    """Heat grows faster with temperature than it can leave."""

    def __init__(self, where: str, hottest_k: float) -> None:
        super().__init__(
            f"{where}: the heat grows faster with temperature than it leaves; no steady temperature was found, "
            f"the last one tried was {hottest_k:.6g} K"
        )
        self.where, self.hottest_k = where, hottest_k


class NotConverged(ThermalError):
    """An iteration ended before it was accurate enough."""

    def __init__(self, what: str, expected: float, got: float) -> None:
        super().__init__(f"{what} did not converge: expected {expected:.3g}, got {got:.3g}")
        self.what, self.expected, self.got = what, expected, got


class MissingExtra(ThermalError):
    """What was asked for takes an optional dependency."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} takes an extra: install proofmark-thermal[{extra}]")
        self.what, self.extra = what, extra


class NotAffine(ThermalError):
    """The heat balance is no sum of coefficients times operators."""

    def __init__(self, places: Mapping[str, str]) -> None:
        got = ", ".join(f"{what} at {place}" for place, what in places.items())
        super().__init__(f"affine form: expected coefficients that are numbers or parameters, got {got}")
        self.places = dict(places)
