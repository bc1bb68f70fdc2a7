"""`proofmark verify`: what it prints and how it exits."""

import json
from pathlib import Path

import pytest

from proofmark_custody.commands import verify
from tests.custody.examples import GATE_KEY, ORIGIN, SIGNER_KEY, STRANGER, STUDY, TRUST, sealed, write

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def trust(tmp_path: Path) -> Path:
    path = tmp_path / "pinned.json"
    path.write_bytes(TRUST.to_json())
    return path


def test_a_sound_release_exits_0_and_prints_the_chain(release: Path, trust: Path, capsys: Capture) -> None:
    assert verify(release) == 0
    own = capsys.readouterr()
    assert own.err == ""
    for expected in (STUDY, "approved", str(ORIGIN.agent), str(ORIGIN.prompt_sha256), GATE_KEY.keyid, SIGNER_KEY.keyid):
        assert expected in own.out
    assert "context   not stated" in own.out
    assert "the release's own" in own.out
    assert verify(release, trust) == 0
    assert "accepted by the trust document given" in capsys.readouterr().out


def test_json_is_one_document(release: Path, capsys: Capture) -> None:
    assert verify(release, json=True) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["verified"] is True
    assert (document["study"], document["verdict"], document["pinned"]) == (STUDY, "approved", False)
    assert [step["keyid"] for step in document["chain"]] == [GATE_KEY.keyid, SIGNER_KEY.keyid, SIGNER_KEY.keyid]


@pytest.mark.parametrize("as_json", [False, True])
def test_an_altered_release_exits_5_and_names_the_file(release: Path, capsys: Capture, as_json: bool) -> None:
    (release / "report.html").write_bytes(b"better news")
    assert verify(release, json=as_json) == 5
    captured = capsys.readouterr()
    assert captured.err.startswith("report.html: sha256: expected ")
    if as_json:
        document = json.loads(captured.out)
        assert document["verified"] is False
        assert [problem["file"] for problem in document["problems"]] == ["report.html"]
    else:
        assert captured.out == ""


def test_strangers_exit_5_under_a_given_trust(tmp_path: Path, trust: Path, capsys: Capture) -> None:
    folder = write(tmp_path / "theirs", sealed(gate=STRANGER, signer=STRANGER))
    assert verify(folder) == 0
    assert verify(folder, trust) == 5
    assert capsys.readouterr().err == f"statement.dsse.json: key {STRANGER.keyid} is not trusted as signer\n"


def test_nothing_to_verify_exits_2(release: Path, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "bad.json").write_text("[]")
    for folder, trust, reason in [
        (tmp_path / "nowhere", None, "expected a release folder, got nothing"),
        (release / "report.html", None, "expected a release folder, got a file"),
        (release, tmp_path / "nowhere.json", "expected a trust document"),
        (release, tmp_path / "bad.json", "expected a trust document: expected a JSON object, got a list"),
    ]:
        assert verify(folder, trust) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert reason in captured.err


def test_a_name_cannot_steer_the_terminal(release: Path, capsys: Capture) -> None:
    (release / "x\x1b[2J\nreport.html: fine").touch()
    assert verify(release) == 5
    assert capsys.readouterr().err == "x\\x1b[2J\\nreport.html: fine: not part of the release\n"
