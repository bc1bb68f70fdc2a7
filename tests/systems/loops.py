"""Studies of systems that run in time, for several rooms: changes of the spec in `tests/spec/loop`."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from proofmark_spec import Spec, parse

LOOP = Path(__file__).parents[1] / "spec" / "loop"
FloatArray = npt.NDArray[np.float64]

NOISY = {
    "ring: {kind: resonator, period: 20 ms}": (
        "ring: {kind: resonator, period: 20 ms}\n"
        "    crc: {kind: crc-sampler}\n"
        "    link: {kind: link-monitor, fails_to_down: 1}"
    ),
    "ring.temperature: heat.temperature": (
        "ring.temperature: heat.temperature\n    crc.probability: 0.1\n    link.crc_fail: crc.crc_fail"
    ),
    "{metric: t_max, max: 80 degC}": "{metric: last, of: link.crc_fails, max: 130}",
}
"""A link in which each frame fails by chance."""
TRAPPING = {"self.ticks = self.ticks + 1": "self.ticks = self.ticks + int32(1e9 * inputs.temp_degc / 30.0)"}
"""An int32 that overflows once the plant is warm."""
BREAKING = {"ring.temperature: heat.temperature": "ring.temperature: heat.temperature / (heat.rise < 10 * band)"}
"""A plant that gives infinity once the heat has risen by 20 K."""


def spec(changes: Mapping[str, str] | None = None, source: Mapping[str, str] | None = None) -> Spec:
    """The sound spec, with texts in it or in its controller replaced."""
    document, controller = ((LOOP / name).read_text() for name in ("spec.yaml", "controller.py"))
    return parse(replaced(document, changes or {}), {"controller.py": replaced(controller, source or {}).encode()})


def replaced(text: str, changes: Mapping[str, str]) -> str:
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def vectors(n: int = 12, seed: int = 1) -> dict[str, FloatArray]:
    """Values of its random parameters."""
    rng = np.random.default_rng(seed)
    return {"gain": rng.uniform(0.015, 0.025, n), "resistance": rng.uniform(8, 12, n)}
