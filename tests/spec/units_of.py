"""Specs whose model is an FMU, for several rooms."""

from collections.abc import Mapping

from proofmark_spec import Spec, parse

from ..cosim import fmus

SPEC = """\
apiVersion: proofmark/v1
name: oven
parameters:
  heat: {distribution: uniform, low: 1, high: 2}
  gain: {distribution: uniform, low: 2.9, high: 3.1}
model:
  kind: fmu
  file: oven.fmu
  duration: 1 s
  cycle: 100 ms
  parameters: {gain: gain}
  inputs: {heat: heat, on: scenario.value}
  scenario: {kind: step-workload, at: 500 ms, from: 0, to: 1}
  time_limit: 2 s
requirements:
  - {metric: last, of: fmu.level, max: 40}
  - {metric: max, of: fmu.warm, max: 1}
  - {name: rises, eventually: fmu.level > 10, to: 800 ms}
reliability: {target: 0.9, samples: 8}
"""


def spec(changes: Mapping[str, str] | None = None, fmu: bytes | None = None) -> Spec:
    """The sound spec, with texts in it replaced."""
    text = SPEC
    for old, new in (changes or {}).items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return parse(text, {"oven.fmu": fmus.oven() if fmu is None else fmu})
