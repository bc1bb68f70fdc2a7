"""Signals of a system that runs in time: their names and dimensions, and the metrics that requirements ask of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from proofmark_contracts.cosimulation import SignalMetric
from proofmark_expression import DIMENSIONLESS, Dimension, Expression, ExpressionError
from proofmark_spec.amounts import Named, amount, constant, difference, dimension_of
from proofmark_spec.problems import Wrong, below, did_you_mean, shortened
from proofmark_spec.reading import kind
from proofmark_spec.times import TIME
from proofmark_spec.units import TEMPERATURE, unit

POWER = unit("W").dimension

MetricKind = Literal["max", "min", "mean", "fraction", "integral", "last", "settling-time", "overshoot"]


@dataclass(frozen=True)
class Asked:
    """What the word of a metric means."""

    kind: MetricKind
    gives: Callable[[Dimension], Dimension]
    """The metric's dimension, from that of the signal."""
    wanted: Dimension | None = None
    """Of the signal; any if None."""
    usual: tuple[str, ...] = ()
    """Outputs, the first of which is meant that a component has, if only one has it and no signal is named."""
    to: bool = False
    within: bool = False
    difference: bool = False


def _same(dimension: Dimension) -> Dimension:
    return dimension


METRICS: dict[str, Asked] = {
    "max": Asked("max", _same),
    "min": Asked("min", _same),
    "mean": Asked("mean", _same),
    "last": Asked("last", _same),
    "fraction": Asked("fraction", _same, DIMENSIONLESS),
    "integral": Asked("integral", lambda dimension: dimension * TIME),
    "settling_time": Asked("settling-time", lambda _: TIME, to=True, within=True),
    "overshoot": Asked("overshoot", _same, to=True, difference=True),
    "t_max": Asked("max", _same, TEMPERATURE, ("t_max", "temperature")),
    "lock_fraction": Asked("fraction", _same, DIMENSIONLESS, ("locked",)),
    "mean_crc_failure": Asked("mean", _same, DIMENSIONLESS, ("crc_fail_probability",)),
    "energy": Asked("integral", lambda dimension: dimension * TIME, POWER, ("input_power",)),
}


@dataclass(frozen=True)
class Signal:
    """An output, or a word that stands for a number."""

    dimension: Dimension


@dataclass(frozen=True)
class Scope:
    """What expressions over a system may speak of."""

    known: Mapping[str, Named | None]
    broken: frozenset[str] = frozenset()
    """Components that are wrong themselves: what refers to them is not wrong too."""

    def dimension(self, text: str) -> Dimension | None:
        """Of an expression; None if it depends on what is wrong itself.

        Raises
        ------
        Wrong
        """
        return dimension_of(text, self.known_to(text))

    def amount(self, value: Any, wanted: Dimension) -> float | str:
        """A quantity, or an expression over parameters and signals.

        Raises
        ------
        Wrong
        """
        return amount(value, wanted, self.known_to(value) if isinstance(value, str) else self.known)

    def condition(self, value: Any) -> str:
        """An expression that holds or does not.

        Raises
        ------
        Wrong
        """
        text = kind(value, str)
        found = self.dimension(text)
        if found is not None and found != DIMENSIONLESS:
            raise Wrong(f"{shortened(text)} is {found}: expected a condition such as heat.temperature < limit")
        return text.strip()

    def output(self, *names: str) -> str | None:
        """The one signal that is an output of the first of these names that is one; None if it could be of what is
        wrong itself.

        Raises
        ------
        Wrong
            There is none, or more than one.
        """
        every = ([signal for signal in self.known if signal.partition(".")[2] == name] for name in names)
        found = next(filter(None, every), [])
        if self.broken and not found:
            return None
        if len(found) != 1:
            got = ", ".join(found) or "no output"
            raise Wrong(f"missing of: expected a signal, since the system has {got} called {names[-1]}")
        return found[0]

    def known_to(self, text: str) -> Mapping[str, Named | None]:
        """What is known, and None for what a text says of components that are wrong themselves."""
        try:
            names = Expression.parse(text).names
        except ExpressionError:
            return self.known
        spoilt = {name: None for name in names if name.partition(".")[0] in self.broken}
        return {**self.known, **spoilt}


def speaks_of_signals(text: str) -> bool:
    """Whether a text is an expression over signals."""
    try:
        return any("." in name for name in Expression.parse(text).names)
    except ExpressionError:
        return False


@dataclass(frozen=True)
class Measured:
    """A metric that a requirement asks of signals."""

    name: str
    asked: Asked
    metric: SignalMetric
    dimension: Dimension | None
    """None if it depends on what is wrong itself."""


def read_metric(word: str, given: Mapping[str, Any], scope: Scope) -> Measured:
    """Read what a requirement asks for.

    Raises
    ------
    Wrong
    """
    if word not in METRICS:
        known = list(METRICS)
        raise Wrong(f"no metric {shortened(word)}{did_you_mean(word, known)}; there are {', '.join(known)}", "metric")
    asked = METRICS[word]
    if "of" not in given and not asked.usual:
        raise Wrong(f"missing of: {word} is of a signal")
    with below("of"):
        of = kind(given["of"], str).strip() if "of" in given else scope.output(*asked.usual)
        if of is None:
            return Measured(word, asked, SignalMetric(kind=asked.kind, of=""), None)
        dimension = scope.dimension(of)
        if asked.wanted is not None and dimension not in (asked.wanted, None):
            raise Wrong(f"{shortened(of)} is {dimension}: expected {asked.wanted}")
    for key, taken in (("to", asked.to), ("within", asked.within)):
        if taken != (key in given):
            raise Wrong(f"{word} needs {key}" if taken else f"{word} takes no {key}", *([] if taken else [key]))
    to = within = None
    if dimension is not None:
        with below("to"):
            to = scope.amount(given["to"], dimension) if asked.to else None
        with below("within"):
            within = _tolerance(given["within"], dimension, scope) if asked.within else None
    metric = SignalMetric(kind=asked.kind, of=of, to=to, within=within, after_s=_after(given))
    gives = None if dimension is None else asked.gives(dimension)
    return Measured(f"{word}_of_{plain(of)}", asked, metric, gives)


def _tolerance(value: Any, dimension: Dimension, scope: Scope) -> float | str:
    try:
        found = difference(value, dimension)
    except Wrong:
        return scope.amount(value, dimension)
    if not found > 0:
        raise Wrong(f"expected a positive band, got {shortened(value)}")
    return found


def _after(given: Mapping[str, Any]) -> float:
    with below("after"):
        after_s = constant(given["after"], TIME) if "after" in given else 0.0
        if not after_s >= 0:
            raise Wrong(f"expected a time within the run, got {after_s:g} s")
    return after_s


def plain(text: str) -> str:
    """An expression as part of a name."""
    words = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in text).split()
    return "_".join(words)[:48]
