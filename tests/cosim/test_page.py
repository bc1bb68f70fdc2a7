"""The reference page tells what there is, and its example runs."""

import re

from .page import PAGE, tables


def test_the_page_shows_every_plant_and_scenario() -> None:
    """Renew it by `python -m tests.cosim.page`."""
    text = PAGE.read_text()
    for table in tables().values():
        assert table in text


def test_the_example_of_the_page_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.S)
    exec(example, {})
