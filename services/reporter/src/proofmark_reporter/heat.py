"""What the report says of a design's temperatures."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from proofmark_contracts.design import Unit
from proofmark_contracts.temperatures import ThermalAssessed, ThermalModelled
from proofmark_reporter.quantities import count, number, quantity

CELSIUS = Unit(symbol="°C", offset=273.15)
PICTURE = "thermal/temperature.png"
DIGITS = 5


@dataclass(frozen=True)
class Heat:
    """The thermal facts of a study."""

    modelled: ThermalModelled
    assessed: ThermalAssessed
    picture: bytes
    """PNG of the nominal temperatures."""

    @property
    def source(self) -> str:
        """The picture, for a page that needs nothing but itself."""
        return f"data:image/png;base64,{base64.b64encode(self.picture).decode()}"

    @property
    def hot_spot(self) -> str:
        place = ", ".join(number(1e3 * x, DIGITS) for x in self.assessed.hot_spot_m)
        at_s = self.assessed.hot_spot_at_s
        when = "" if at_s is None else f" after {number(at_s, DIGITS)} s"
        return f"{self.assessed.hot_spot_in}, at ({place}) mm{when}"

    @property
    def mesh_error(self) -> str:
        return f"{number(self.modelled.heat.mesh_error_k, 2)} K"

    @property
    def bound(self) -> str:
        return f"{number(self.modelled.bound_k, 2)} K"

    def told(self, runs: int, full_solutions: int) -> Iterator[str]:
        """How every run got its temperatures, and what is left open."""
        if self.modelled.heat.kind == "transient":
            yield from self._told_as_plant(runs)
            return
        modelled, solutions = (
            self.modelled,
            f"{count(full_solutions)} full solution{'' if full_solutions == 1 else 's'}",
        )
        if modelled.reduction == "full":
            yield f"Full finite elements for every run, {solutions} for {count(runs)} runs: {modelled.reason}."
        elif modelled.reduction == "reduced-course":
            yield (
                f"Every run is followed through time: {count(runs)} courses of a reduced model of "
                f"{count(modelled.order)} shapes, which stands for the {count(modelled.unknowns)} unknowns. Its "
                f"highest temperatures are an estimate: they were at most {self.bound} from full courses when it was "
                "made."
            )
            yield f"Where a limit lay within the estimate, the full course was solved: {solutions}."
        else:
            yield (
                f"Every run has temperatures of its own: {count(runs)} evaluations of a reduced model of "
                f"{count(modelled.order)} shapes, which stands for the {count(modelled.unknowns)} unknowns and in 99 "
                f"of 100 runs differs from them by at most {self.bound}."
            )
            yield f"Where a limit lay within the bound, the full model was solved: {solutions}."
        yield (
            f"A run within the mesh's error of a limit, {self.mesh_error}, counts both ways, as a run without an "
            "answer does."
        )

    def _told_as_plant(self, runs: int) -> Iterator[str]:
        yield (
            f"Heat is a plant of the system: a reduced model of {count(self.modelled.order)} shapes, which stands for "
            f"the {count(self.modelled.unknowns)} unknowns, was followed through time in each of {count(runs)} runs. "
            f"Its temperatures are an estimate: they were at most {self.bound} from full courses when it was made."
        )
        yield (
            f"A run that is on another side of a limit with all temperatures higher or lower by this and the mesh's "
            f"error, {self.mesh_error}, counts both ways, as a run without an answer does."
        )

    def temperatures(self) -> Iterator[tuple[str, str, str]]:
        """Each metric with its nominal value, and the limits on it."""
        for metric, kelvin in self.assessed.temperatures.items():
            limits = [
                f"{sign} {quantity(limit, CELSIUS, DIGITS)}"
                for check in self.assessed.checks
                if check.metric == metric
                for sign, limit in (("≥", check.low), ("≤", check.high))
                if limit is not None
            ]
            yield metric, quantity(kelvin, CELSIUS, DIGITS), ", ".join(limits)

    def balance(self) -> Iterator[tuple[str, str, str]]:
        """Watts by region or source, and by sink."""
        for name, watts in self.assessed.entering_w.items():
            yield name, number(watts, DIGITS), ""
        for name, watts in self.assessed.leaving_w.items():
            yield name, "", number(watts, DIGITS)
        if self.assessed.stored_w:
            yield "stored at the end", "", number(self.assessed.stored_w, DIGITS)
