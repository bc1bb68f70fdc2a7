"""The command line: the seed's smoke run, folders that two runs fill alike, and what it refuses."""

import json
import struct
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from mcap.exceptions import McapError
from mcap.reader import NonSeekingReader, make_reader
from mcap.stream_reader import CRCValidationError
from pyarrow.parquet import read_table

from proofmark_cosim.commands import cosim

PUBLISHED = json.loads((Path(__file__).parents[1] / "reference" / "thermalres.json").read_text())


def run(out: Path, **options: Any) -> Path:
    before = set(out.iterdir()) if out.exists() else set()
    assert cosim("run", out=out, **options) == 0
    (folder,) = set(out.iterdir()) - before
    return folder


def documents(folder: Path) -> dict[str, Any]:
    return {path.stem: json.loads(path.read_text()) for path in sorted(folder.iterdir())}


def test_the_smoke_run_has_three_time_chunks(tmp_path: Path) -> None:
    folder = run(tmp_path, name="smoke", cycles=10, chunk_cycles=4, seed=0)
    assert folder.name.endswith("_smoke")
    found = documents(folder)
    assert set(found) == {"metrics", "timeseries", "run"}
    assert found["metrics"]["chunks"] == [
        {"chunk_idx": 0, "start_cycle": 0, "end_cycle": 4},
        {"chunk_idx": 1, "start_cycle": 4, "end_cycle": 8},
        {"chunk_idx": 2, "start_cycle": 8, "end_cycle": 10},
    ]
    assert [found["metrics"][key] for key in ("scenario", "total_cycles", "total_chunks")] == ["smoke", 10, 3]
    assert [sample["cycle"] for sample in found["timeseries"]["samples"]] == [4, 8, 10]


def test_a_run_needs_no_more_than_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert cosim("run", name="smoke", cycles=10, chunk_cycles=4) == 0
    (folder,) = (tmp_path / "artifacts" / "runs").iterdir()
    assert (folder / "metrics.json").exists()


@pytest.mark.parametrize("plant", ["thermal-resonator", "motor", "formation"])
@pytest.mark.parametrize("scenario", ["step-workload", "random-telegraph", "sine"])
def test_two_runs_differ_in_nothing_but_times_of_day(tmp_path: Path, plant: str, scenario: str) -> None:
    folders = [run(tmp_path, plant=plant, scenario=scenario, cycles=100, chunk_cycles=7, seed=3) for _ in range(2)]
    for file in ("metrics.json", "timeseries.json"):
        one, other = ((folder / file).read_bytes() for folder in folders)
        assert one == other


def test_another_length_of_time_chunks_changes_no_sample(tmp_path: Path) -> None:
    found = [
        documents(run(tmp_path, scenario="random-telegraph", cycles=100, chunk_cycles=chunk_cycles))
        for chunk_cycles in (1, 7, 10, 100)
    ]
    assert len({json.dumps(document["metrics"]["metrics"]) for document in found}) == 1
    of_cycles = {
        sample["cycle"]: {k: v for k, v in sample.items() if k != "chunk_idx"}
        for sample in found[0]["timeseries"]["samples"]
    }
    for document in found[1:]:
        for sample in document["timeseries"]["samples"]:
            del sample["chunk_idx"]
            assert sample == of_cycles[sample["cycle"]]


def test_the_compatible_scheme_gives_the_published_samples(tmp_path: Path) -> None:
    options: dict[str, Any] = {"cycles": 100, "chunk_cycles": 10, "scheme": "one-step-a-chunk"}
    samples = documents(run(tmp_path, **options))["timeseries"]["samples"]
    published = PUBLISHED["const_h0.5_100_10"]
    for ours, theirs in (("temp_c", "temp_c"), ("detune_nm", "detune"), ("crc_fail_prob", "p")):
        assert [sample[ours] for sample in samples] == pytest.approx(published[theirs], rel=0, abs=1e-12)


def test_a_recorded_profile_drives_a_run(tmp_path: Path) -> None:
    profile = tmp_path / "load.csv"
    profile.write_text("time_s,load\n0,0.5\n0.5,0.25\n1,1\n")
    folder = run(tmp_path / "out", scenario="profile", profile=profile, column="load", cycles=10, chunk_cycles=1)
    workload = [sample["workload_frac"] for sample in documents(folder)["timeseries"]["samples"]]
    assert workload == [0.5] * 4 + [0.25] * 5 + [1.0]


def test_every_format_of_a_series_says_the_same(tmp_path: Path) -> None:
    options: dict[str, Any] = {"scenario": "random-telegraph", "cycles": 3000, "chunk_cycles": 1, "seed": 5}
    samples = documents(run(tmp_path / "json", **options))["timeseries"]["samples"]
    folders = {kind: run(tmp_path / kind, series=kind, **options) for kind in ("parquet", "mcap")}
    parquet = read_table(folders["parquet"] / "timeseries.parquet")
    assert parquet.to_pylist() == samples
    assert parquet.schema.metadata == {b"cycle_s": b"0.1"}
    with (folders["mcap"] / "timeseries.mcap").open("rb") as file:
        messages = list(make_reader(file, validate_crcs=True).iter_messages("samples"))
    assert [json.loads(message.data) for _, _, message in messages] == samples
    assert messages[-1][2].log_time == 300_000_000_000
    for kind, folder in folders.items():
        assert {path.name for path in folder.iterdir()} == {"metrics.json", "run.json", f"timeseries.{kind}"}
        again = run(tmp_path / f"{kind}-again", series=kind, **options)
        assert (folder / f"timeseries.{kind}").read_bytes() == (again / f"timeseries.{kind}").read_bytes()


def test_a_broken_log_tells_and_a_cut_one_yields_its_beginning(tmp_path: Path) -> None:
    data = bytearray((run(tmp_path, series="mcap", cycles=20_000, chunk_cycles=1) / "timeseries.mcap").read_bytes())
    read: list[int] = []
    cut = NonSeekingReader(BytesIO(data[: len(data) * 2 // 3]), validate_crcs=True)
    with pytest.raises((McapError, struct.error)):
        for _, _, message in cut.iter_messages(log_time_order=False):
            read.append(message.sequence)
    assert read == list(range(len(read)))
    assert len(read) > 1000
    data[len(data) // 3] ^= 1
    with pytest.raises(CRCValidationError):
        list(NonSeekingReader(BytesIO(data), validate_crcs=True).iter_messages())


def test_a_format_without_its_extra_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "mcap.writer", None)
    assert cosim("run", cycles=10, series="mcap", out=tmp_path / "out") == 2
    assert "series: expected the extra mcap of proofmark-cosim to be installed" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"cycles": 0}, "cycles: expected a whole number of at least 1, got 0"),
        ({"cycles": -5}, "cycles: expected a whole number of at least 1, got -5"),
        ({"chunk_cycles": 0}, "cycles of a time chunk: expected a whole number of at least 1, got 0"),
        ({"plant": "reactor"}, "plant: expected one of thermal-resonator, motor, formation, got 'reactor'"),
        ({"scenario": "storm"}, "scenario: expected one of constant-heater, step-workload"),
        ({"scenario": "profile"}, "profile: expected a CSV or Parquet file, got None"),
        ({"name": "../up"}, "name: expected letters, digits, dots, dashes and underscores, got '../up'"),
        ({"seed": -1}, "seed: expected 0 to 2^64 - 1, got -1"),
        ({"plant": "motor", "scheme": "one-step-a-chunk"}, "scheme: expected exact for this plant"),
    ],
)
def test_what_cannot_be_run_is_refused_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: dict[str, Any], told: str
) -> None:
    assert cosim("run", out=tmp_path / "out", **options) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_profile_shorter_than_the_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile = tmp_path / "load.csv"
    profile.write_text("time_s,value\n0,0.5\n0.5,0.25\n")
    assert cosim("run", scenario="profile", profile=profile, cycles=10, out=tmp_path / "out") == 2
    assert "profile: expected samples up to 0.9 s, got the last at 0.5 s" in capsys.readouterr().err
