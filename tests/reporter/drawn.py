"""Reading a figure back."""

import re

SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def line(figure: str, key: str) -> tuple[list[float], list[float]]:
    """Where a line of a figure runs: x and y, in the figure's units."""
    group = re.search(rf'<g id="{key}">.*?d="([^"]+)"', figure, re.DOTALL)
    assert group is not None, f"no {key} in the figure"
    numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*", group[1])]
    return numbers[::2], numbers[1::2]


def decades(figure: str) -> list[int]:
    """The powers of ten that its axes show."""
    return [int(power.translate(SUPERSCRIPTS)) for power in re.findall(r">10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)<", figure)]
