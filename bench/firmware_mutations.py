"""Seed every bug of the list into an image and see which check catches it; exits with 1 if any gets through.

`python -m bench.firmware_mutations`; builds and verifies an image for each.
"""

import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np

from proofmark_firmware.building import built
from proofmark_firmware.cache import Cache
from proofmark_firmware.compilers import Compiler, compiler_of
from proofmark_firmware.emulation import EmbeddedEmulator, Loaded
from proofmark_firmware.project import project
from proofmark_firmware.target import Target, target_of
from proofmark_firmware.verification.loop import simulated
from proofmark_firmware.verification.verifying import Vectors, looked_at
from proofmark_reliability.sample import medians
from proofmark_spec import load
from proofmark_systems import system_of
from tests.firmware.verification.mutations import MUTATIONS, Mutation

FAN = Path(__file__).parents[1] / "tests" / "firmware" / "fan" / "spec.yaml"


def main() -> int:
    spec = load(FAN)
    design, target = spec.design, target_of(spec.design, spec.files)
    system = system_of(design.model, design.controller, spec.files)  # type: ignore[arg-type]
    point = design.constants | medians(design.marginals)
    vectors = Vectors({name: np.full(1, value) for name, value in point.items()}, np.arange(1), 0)
    through = 0
    with TemporaryDirectory() as folder, EmbeddedEmulator() as emulator:
        sound = Loaded.of(built(target, compiler_of("zig"), Cache(Path(folder))))
        simulation = simulated(sound, system, vectors.columns, vectors.numbers, vectors.seed)
        for mutation in MUTATIONS:
            with patch("proofmark_firmware.building.project", partial(_applied, mutation)):
                firmware = Loaded.of(built(target, compiler_of("zig"), Cache(Path(folder))))
            checks = looked_at(target, firmware, emulator, system, vectors, simulation)
            failed = next((check for check in checks if check.failed), None)
            caught = failed is not None and failed.name == mutation.caught_by
            through += not caught
            told = "nothing" if failed is None else f"{failed.name}: {failed.told}"
            print(f"{'caught ' if caught else 'THROUGH'} {mutation.name:<28} {told[:110]}", flush=True)
    print(f"{len(MUTATIONS) - through} of {len(MUTATIONS)} seeded bugs caught by the check that has to")
    return int(through > 0)


def _applied(mutation: Mutation, target: Target, compiler: Compiler) -> dict[str, str]:
    return mutation.applied(project(target, compiler))


if __name__ == "__main__":
    sys.exit(main())
