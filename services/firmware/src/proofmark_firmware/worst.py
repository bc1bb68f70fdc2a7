"""The runs of a study that the chip repeats: the nominal one, and those that came closest to failing."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from proofmark_contracts.design import Design
from proofmark_contracts.tables import STATUS, Column, floats
from proofmark_firmware.verification.verifying import Vectors
from proofmark_reliability.sample import medians
from proofmark_reliability.scaling import limit_state, robust_scales
from proofmark_reliability.tally import answered, margins_of
from proofmark_systems import noise_seed

Table = Mapping[str, Column]


def repeated(design: Design, batches: Sequence[tuple[Table, Table]], worst: int) -> Vectors:
    """Choose runs.

    Parameters
    ----------
    batches
        Vectors and outcomes of each round, as the study's tables hold them.
    worst
        How many, at most: by the smallest scaled margin, ties by their place; all of the round that holds the worst of
        all, because each round has random numbers of its own.
    """
    margins = [_margins(design, outcomes) for _, outcomes in batches]
    scales = robust_scales(margins[0]) if margins else np.ones(len(design.requirements))
    states = [
        np.where(answered(found, outcomes[STATUS] != 0), limit_state(found, scales), np.inf)
        for found, (_, outcomes) in zip(margins, batches, strict=True)
    ]
    batch = int(np.argmin([state.min(initial=np.inf) for state in states])) if states else 0
    chosen = _lowest(states[batch], worst) if states else np.empty(0, np.int64)
    nominal = medians(design.marginals)
    columns = {
        name: np.append(nominal[name], floats(batches[batch][0][name])[chosen] if chosen.size else [])
        for name in design.random_parameters
    }
    constants = {name: np.full(1 + chosen.size, value) for name, value in design.constants.items()}
    numbers = np.append(0, chosen).astype(np.int64)
    return Vectors(columns | constants, numbers, noise_seed(design.reliability.seed, batch))


def _margins(design: Design, outcomes: Table) -> npt.NDArray[np.float64]:
    return margins_of(design.limits, {name: floats(outcomes[name]) for name in design.metrics})


def _lowest(states: npt.NDArray[np.float64], most: int) -> npt.NDArray[np.int64]:
    ranked = np.argsort(states, kind="stable")[:most]
    return np.sort(ranked[np.isfinite(states[ranked])])
