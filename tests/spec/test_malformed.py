"""Every malformed spec gets exactly the errors that the reference page promises, at their lines and columns."""

import time
from pathlib import Path

import pytest

from proofmark_spec import SpecError, load

from .battery import HEATED, LOOP, SOUND, Case, cases
from .malformed_table import PAGE, page

CASES = list(cases())


def errors(folder: Path, text: bytes) -> list[str]:
    path = folder / "spec.yaml"
    path.write_bytes(text)
    with pytest.raises(SpecError) as refusal:
        load(path)
    return [str(problem).removeprefix(f"{folder}/") for problem in refusal.value.problems]


def test_the_sound_spec_is_sound(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(SOUND)
    assert load(path).warnings == ()


@pytest.mark.parametrize("folder", [LOOP, HEATED])
def test_the_sound_system_is_sound(folder: Path) -> None:
    assert load(folder / "spec.yaml").design.controller is not None


@pytest.mark.parametrize("case", CASES, ids=[f"{case.section}: {case.wrong}" for case in CASES])
def test_a_malformed_spec_gets_its_errors(case: Case, tmp_path: Path) -> None:
    for name, content in case.files.items():
        (tmp_path / name).write_bytes(content)
    started = time.process_time()
    assert errors(tmp_path, case.text) == list(case.errors)
    assert time.process_time() - started < 5


def test_a_link_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "inside").write_text("i")
    (folder / "drawing").symlink_to("inside")
    (folder / "stolen").symlink_to("../secret")
    (folder / "round").symlink_to("round")
    (folder / "up").symlink_to("..")
    text = f"{SOUND}artifacts: [drawing, stolen, round, up/secret]\n"
    assert errors(folder, text.encode()) == [
        "spec.yaml:14:22: artifacts[1]: stolen leads out of the spec's folder",
        "spec.yaml:14:30: artifacts[2]: round cannot be read: its links lead round in circles",
        "spec.yaml:14:37: artifacts[3]: up/secret leads out of the spec's folder",
    ]


def test_the_reference_page_shows_this_battery() -> None:
    assert PAGE.read_text() == page(), "run `python -m tests.spec.malformed_table`"
