"""Files of a spec: only from its folder, by content, and never the texts that only their hashes stand for."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from proofmark_contracts.frozen import FileRef
from proofmark_spec import Spec, SpecError, load, parse
from proofmark_spec.files import LARGEST_BYTES, MOST_FILES

from .documents import MODEL, document


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def written(folder: Path, **sections: Any) -> Path:
    path = folder / "spec.yaml"
    path.write_text(json.dumps(document(**sections)))
    return path


def refusal(path: Path) -> str:
    with pytest.raises(SpecError) as refused:
        load(path)
    return str(refused.value).removeprefix(f"{path}:1:")


def submitted(files: dict[str, bytes], **sections: Any) -> Spec:
    return parse(document(**sections), files)


def test_files_travel_by_content(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_bytes(MODEL)
    (tmp_path / "cad").mkdir()
    (tmp_path / "cad" / "part.step").write_bytes(b"ISO-10303-21;")
    (tmp_path / "latest.step").symlink_to("cad/part.step")
    artifacts = ["cad/part.step", "./latest.step"]
    spec = load(written(tmp_path, model={"kind": "python", "file": "model.py"}, artifacts=artifacts))
    digest = sha256(b"ISO-10303-21;")
    assert spec.design.artifacts == (
        FileRef(path="cad/part.step", sha256=digest, size=13),
        FileRef(path="latest.step", sha256=digest, size=13),
    )
    assert spec.files == {"model.py": MODEL, "cad/part.step": b"ISO-10303-21;", "latest.step": b"ISO-10303-21;"}


def test_prompt_and_context_never_travel(tmp_path: Path) -> None:
    (tmp_path / "prompt.txt").write_bytes(b"make it fit")
    provenance = {"agent": "bot", "prompt": {"file": "prompt.txt"}, "context": {"sha256": sha256(b"c")}}
    spec = load(written(tmp_path, provenance=provenance))
    assert spec.files == {}
    assert spec.document["provenance"] == {
        "agent": "bot",
        "prompt": {"sha256": sha256(b"make it fit")},
        "context": {"sha256": sha256(b"c")},
    }
    assert spec.design.provenance.prompt_sha256 == sha256(b"make it fit")
    assert "make it fit" not in repr(spec)


@pytest.mark.parametrize("told", [{}, {"digest": "00"}, {"file": "prompt.txt", "sha256": "00"}])
def test_a_prompt_is_told_in_exactly_one_way(told: dict[str, str]) -> None:
    with pytest.raises(SpecError, match=r"provenance\.prompt: expected either file or sha256"):
        submitted({"prompt.txt": b"p"}, provenance={"prompt": told})


def test_what_travels_says_the_same_without_the_disk(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_bytes(MODEL)
    (tmp_path / "prompt.txt").write_bytes(b"make it fit")
    model = {"kind": "python", "file": "model.py"}
    spec = load(written(tmp_path, model=model, provenance={"prompt": {"file": "prompt.txt"}}))
    again = parse(spec.document, spec.files)
    assert (again.design, again.files, again.document) == (spec.design, spec.files, spec.document)


def test_files_that_a_submission_does_not_name_stay_behind() -> None:
    assert submitted({"model.py": MODEL, "other.txt": b"o"}, artifacts=["model.py"]).files == {"model.py": MODEL}


@pytest.mark.parametrize(
    "path", ["../s", "a/../../s", "/etc/passwd", "..", "", ".", "a\\..\\s", "//etc/passwd", "a/.."]
)
def test_a_path_outside_the_folder_is_refused_on_both_ways(path: str, tmp_path: Path) -> None:
    (tmp_path / "s").write_bytes(b"secret")
    folder = tmp_path / "folder"
    folder.mkdir()
    told = f"artifacts[0]: expected a path inside the spec's folder, got {path!r}"
    assert refusal(written(folder, artifacts=[path])).endswith(told)
    with pytest.raises(SpecError) as refused:
        submitted({path: b"secret"}, artifacts=[path])
    assert str(refused.value) == f"spec: {told}"


@pytest.mark.parametrize("path", ["a\nb", "a\x00b", "\x1b[31m", "x" * 241])
def test_a_path_that_no_person_can_read_is_refused(path: str) -> None:
    with pytest.raises(SpecError, match=r"artifacts\[0\]: expected a path of at most 240 printable characters"):
        submitted({path: b"x"}, artifacts=[path])


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("missing", "no such file: missing"),
        ("folder", "expected a file, got something else: folder"),
        ("pipe", "expected a file, got something else: pipe"),
        ("plain/inside", "no such file: plain/inside"),
        ("round", "round cannot be read: its links lead round in circles"),
        ("out", "out leads out of the spec's folder"),
        ("up/secret", "up/secret leads out of the spec's folder"),
        ("dangling", "dangling leads out of the spec's folder"),
    ],
)
def test_what_is_no_file_of_the_folder_is_refused(path: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"s")
    folder = tmp_path / "spec"
    (folder / "folder").mkdir(parents=True)
    os.mkfifo(folder / "pipe")
    (folder / "plain").write_bytes(b"p")
    for link, target in (("round", "round"), ("out", "../secret"), ("up", ".."), ("dangling", "../nothing")):
        (folder / link).symlink_to(target)
    assert load(written(folder, artifacts=["plain"])).files == {"plain": b"p"}
    assert refusal(written(folder, artifacts=[path])).endswith(f"artifacts[0]: {told}")


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "large.bin").open("wb") as file:
        file.truncate(LARGEST_BYTES + 1)
    assert refusal(written(tmp_path, artifacts=["large.bin"])).endswith("large.bin: expected at most 64 MiB, got more")


def test_there_may_be_64_files_and_no_more() -> None:
    names = [f"f{i}" for i in range(MOST_FILES + 1)]
    files = dict.fromkeys(names, b"x")
    assert len(submitted(files, artifacts=names[:-1]).files) == MOST_FILES
    with pytest.raises(SpecError, match=r"artifacts\[64\]: expected at most 64 files"):
        submitted(files, artifacts=names)


def test_an_artifact_is_signed_once() -> None:
    with pytest.raises(SpecError, match=r"artifacts\[1\]: a stands here twice"):
        submitted({"a": b"x"}, artifacts=["a", "./a"])


@pytest.mark.parametrize(("one", "other"), [("a", "a.sig"), ("a.sig", "a"), ("a", "a/b"), ("a.sig/b", "a")])
def test_files_whose_places_in_a_release_collide_are_refused(one: str, other: str) -> None:
    with pytest.raises(SpecError, match=r"artifacts\[1\]: .* collide in a release"):
        submitted({one: b"x", other: b"y"}, artifacts=[one, other])


def test_a_file_that_could_pass_for_an_envelope_is_refused() -> None:
    assert submitted({"a": b"DSSEv2 28"}, artifacts=["a"])
    with pytest.raises(SpecError, match=r"artifacts\[0\]: a cannot be signed: it begins with 'DSSEv1 '"):
        submitted({"a": b"DSSEv1 28 application/x 1 a"}, artifacts=["a"])
