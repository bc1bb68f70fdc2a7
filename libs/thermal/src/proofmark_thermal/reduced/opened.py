"""The reduced model of bytes, of whichever kind it is. It needs numpy only."""

from proofmark_thermal.reduced.archive import kind_of
from proofmark_thermal.reduced.course import KIND, ReducedCourse
from proofmark_thermal.reduced.model import ReducedModel


def opened(data: bytes) -> ReducedModel | ReducedCourse:
    """Return the model that gives a vector its temperatures.

    Raises
    ------
    BadBytes
        They are none.
    """
    return ReducedCourse.from_bytes(data) if kind_of(data) == KIND else ReducedModel.from_bytes(data)
