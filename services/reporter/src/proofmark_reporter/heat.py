"""What the report says of a design's temperatures."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from proofmark_contracts.design import Unit
from proofmark_contracts.temperatures import ThermalAssessed, ThermalModelled
from proofmark_reporter.quantities import number, quantity

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
        return f"{self.assessed.hot_spot_in}, at ({place}) mm"

    @property
    def mesh_error(self) -> str:
        return f"{number(self.modelled.heat.mesh_error_k, 2)} K"

    @property
    def bound(self) -> str:
        return f"{number(self.modelled.bound_k, 2)} K"

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
