"""`proofmark run`: the contract of its output, its exit codes, and that only the spec decides the bytes."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.conftest import PROOFMARK, ROOT, Command, Judged

SLOW_SPEC = """\
apiVersion: proofmark/v1
name: slow
parameters: {x: {distribution: uniform, low: 0, high: 1}}
model: {kind: python, file: model.py}
requirements: [{metric: y, min: 0}]
reliability: {target: 0.9, samples: 400, method: monte-carlo}
"""
SLOW_MODEL = """\
import time


def evaluate_one(sample):
    time.sleep(0.03)
    return {"y": sample["x"]}
"""


def payloads(release: Path) -> list[str]:
    """The payloads of every statement in a release."""
    statement = json.loads((release / "statement.dsse.json").read_text())
    decision = json.loads((release / "facts" / "design.decided.json").read_text())
    return [statement["payload"], decision["envelope"]["payload"]]


def test_an_approved_design_exits_with_0_and_prints_one_document(judged: Judged) -> None:
    assert judged.told.code == 0, judged.told.err
    document = judged.told.json()
    assert set(document) >= {"study", "outcome", "verdict", "reliability", "sensitivity", "release"}
    assert (document["outcome"], document["verdict"]) == ("released", "approved")
    reliability = document["reliability"]
    counts = {"confidence", "samples", "failures", "missing", "method", "rounds", "settled"}
    estimates = {"r", "r_low", "r_high", "pf", "pf_low", "pf_high", "model_free_pf_high", "certified", "reason"}
    assert set(reliability) == counts | estimates | {"cpu_hours", "cpu_hours_saved"}
    assert reliability["r_low"] <= reliability["r"] <= reliability["r_high"]
    assert reliability["pf_low"] <= reliability["pf"] <= reliability["pf_high"]
    assert reliability["cpu_hours"] > 0
    assert document["release"] == str(judged.release)
    assert set(document["sensitivity"][0]) == {"parameter", "share"}


def test_another_number_of_workers_gives_the_same_bytes(judged: Judged, proofmark: Command, tmp_path: Path) -> None:
    again = tmp_path / "B"
    told = proofmark("run", "examples/shaft-fit/spec.yaml", "--json", "--out", again, PROOFMARK_WORKERS="3")
    assert told.code == 0
    for name in ("results.parquet", "report.html", "spec.json"):
        assert (again / "release" / name).read_bytes() == (judged.release / name).read_bytes(), name
    assert payloads(again / "release") == payloads(judged.release)


def test_a_rejected_design_exits_with_3_and_leaves_its_evidence(proofmark: Command, tmp_path: Path) -> None:
    told = proofmark("run", "examples/latch/spec.yaml", "--json", "--out", tmp_path / "out")
    assert told.code == 3
    assert told.json()["verdict"] == "rejected"
    assert told.json()["release"] == str(tmp_path / "out" / "evidence")
    assert (tmp_path / "out" / "evidence" / "report.html").exists()
    assert (tmp_path / "out" / "run.json").exists()
    assert "REJECTED" in told.err


def test_a_model_that_never_answers_exits_with_4_and_says_why(proofmark: Command, tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(SLOW_SPEC.replace("400", "20"))
    (tmp_path / "model.py").write_text("def evaluate_one(sample):\n    raise ValueError('no such alloy')\n")
    told = proofmark("run", tmp_path / "spec.yaml", "--json", "--out", tmp_path / "out")
    assert told.code == 4
    assert told.json()["verdict"] is None
    assert told.json()["outcome"] == "failed"
    assert "no such alloy" in told.err


def test_an_invalid_spec_exits_with_2_and_writes_nothing(proofmark: Command, tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(SLOW_SPEC.replace("metric: y", "metrik: y"))
    (tmp_path / "model.py").write_text(SLOW_MODEL)
    told = proofmark("run", spec, "--out", tmp_path / "out")
    assert told.code == 2
    assert f"{spec}:5:" in told.err
    assert "did you mean 'metric'" in told.err
    assert not (tmp_path / "out").exists()


def test_a_folder_with_somebody_elses_files_is_left_alone(proofmark: Command, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    told = proofmark("run", "examples/latch/spec.yaml", "--out", tmp_path)
    assert told.code == 2
    assert "thesis.tex" in told.err
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.tex"]


def _hear_interrupts() -> None:
    """A shell starts what runs in its background deaf to Ctrl-C, and the test's processes would inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interrupted_run_is_finished_by_resume(proofmark: Command, home: Path, tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(SLOW_SPEC)
    (tmp_path / "model.py").write_text(SLOW_MODEL)
    out = tmp_path / "out"
    process = subprocess.Popen(
        [PROOFMARK, "run", tmp_path / "spec.yaml", "--out", out],
        env={**os.environ, "PROOFMARK_HOME": str(home)},
        cwd=ROOT,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        preexec_fn=_hear_interrupts,  # noqa: PLW1509  # no other thread holds a lock here
    )
    deadline = time.monotonic() + 60
    while not (out / "bus" / "study.json").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(1)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert f"proofmark resume {out}" in err
    told = proofmark("resume", out, "--json")
    assert told.code == 0, told.err
    assert told.json()["reliability"]["samples"] == 400
    assert not (out / "bus").exists()


@pytest.mark.parametrize("file", ["report.html", "artifacts/drawing.svg", "facts/study.opened.json.sig", "trust.json"])
def test_verify_names_the_file_with_one_flipped_byte(
    judged: Judged, proofmark: Command, tmp_path: Path, file: str
) -> None:
    subprocess.run(["cp", "-r", judged.release, tmp_path / "release"], check=True)
    assert proofmark("verify", tmp_path / "release").code == 0
    damaged = tmp_path / "release" / file
    data = bytearray(damaged.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    told = proofmark("verify", tmp_path / "release")
    assert told.code == 5
    assert file.removesuffix(".sig") in told.err


def test_verify_names_what_was_removed_or_added(judged: Judged, proofmark: Command, tmp_path: Path) -> None:
    subprocess.run(["cp", "-r", judged.release, tmp_path / "release"], check=True)
    (tmp_path / "release" / "results.parquet").unlink()
    (tmp_path / "release" / "extra.txt").write_text("hello")
    told = proofmark("verify", tmp_path / "release")
    assert told.code == 5
    assert "results.parquet" in told.err
    assert "extra.txt" in told.err


def test_verify_of_the_output_folder_points_at_the_release(judged: Judged, proofmark: Command) -> None:
    told = proofmark("verify", judged.out)
    assert told.code == 2
    assert str(judged.release) in told.err


def test_an_impossible_number_of_workers_exits_with_2(proofmark: Command, tmp_path: Path) -> None:
    for workers in ("0", "-2", "many"):
        told = proofmark("run", "examples/latch/spec.yaml", "--out", tmp_path / "out", PROOFMARK_WORKERS=workers)
        assert told.code == 2
        assert "PROOFMARK_WORKERS: expected a whole number of at least 1" in told.err


def test_openssl_accepts_a_signature_by_hand(judged: Judged, tmp_path: Path) -> None:
    trust = json.loads((judged.release / "trust.json").read_text())
    (tmp_path / "signer.pem").write_text(trust["roles"]["signer"][0]["pem"])
    command: list[str | Path] = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", tmp_path / "signer.pem"]
    report = judged.release / "report.html"
    if subprocess.run(["which", "openssl"], capture_output=True, check=False).returncode:
        pytest.skip("no openssl on this machine")
    told = subprocess.run([*command, "-sigfile", f"{report}.sig", "-in", report], capture_output=True, check=False)
    assert told.returncode == 0, told.stderr
