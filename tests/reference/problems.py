"""Reads the problems with reference answers: distributions, a limit state, and what is known about it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from proofmark_reliability.arrays import FloatArray
from proofmark_reliability.copula import correlate
from proofmark_reliability.marginals import quantile

REFERENCE = Path(__file__).with_name("reliability.json")
KINDS = {"gumbel_max": "gumbel", "weibull_min": "weibull"}


def marginal(variable: dict[str, object], u: FloatArray) -> FloatArray:
    kind = str(variable["dist"])
    numbers = {key: float(str(value)) for key, value in variable.items() if key not in ("name", "dist")}
    if kind == "trunc_normal":
        return quantile("truncated-normal", {**numbers, "high": np.inf}, u)
    if kind == "trunc_gumbel_max":
        below = np.exp(-np.exp((numbers["loc"] - numbers["low"]) / numbers["scale"]))
        mean = numbers["loc"] + np.euler_gamma * numbers["scale"]
        std = numbers["scale"] * np.pi / np.sqrt(6)
        return quantile("gumbel", {"mean": mean, "std": std}, below + u * (1 - below))
    return quantile(KINDS.get(kind, kind), numbers, u)


@dataclass(frozen=True)
class Problem:
    document: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.document["name"])

    @property
    def dimensions(self) -> int:
        return len(self.document["variables"])

    @property
    def pf(self) -> float:
        return float(self.document["pf_ref"])

    def columns(self, uniforms: FloatArray) -> dict[str, FloatArray]:
        if "correlation" in self.document:
            uniforms = correlate(uniforms, self.document["correlation"])
        return {
            variable["name"]: marginal(variable, uniforms[:, column])
            for column, variable in enumerate(self.document["variables"])
        }

    def limit_state(self, columns: dict[str, FloatArray]) -> FloatArray:
        """The problem's own expression; failure is at or below zero."""
        names = {"np": np, "X": np.column_stack(list(columns.values())), "C": self.document.get("constants"), **columns}
        return np.asarray(eval(self.document.get("g") or self.document["f"], names))


def problems(kind: str) -> dict[str, Problem]:
    """Return the problems by name; `kind` is `reliability` or `sensitivity`."""
    return {document["name"]: Problem(document) for document in json.loads(REFERENCE.read_text())[kind]}
