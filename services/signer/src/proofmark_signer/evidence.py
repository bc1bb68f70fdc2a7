"""Which files a study's folder holds, and from which bytes they come."""

from collections.abc import Mapping

from proofmark_contracts.design import Design
from proofmark_contracts.frozen import FileRef, canonical_json
from proofmark_contracts.study import StudyOpened
from proofmark_contracts.verification import FirmwareResult
from proofmark_custody.firmware import Firmware
from proofmark_custody.release import Origin, fact_file

SPEC_FILE = "spec.json"


def placed(design: Design, files: tuple[FileRef, ...]) -> dict[str, FileRef]:
    """Where each file of the submission stands in the folder."""
    model = {ref.path for ref in design.run_files}
    return {f"{'model' if ref.path in model else 'artifacts'}/{ref.path}": ref for ref in files}


def documents(opened: StudyOpened, facts: Mapping[str, bytes]) -> dict[str, bytes]:
    """The normalised spec, and the received bytes of the facts by name."""
    spec = canonical_json(opened.design.model_dump(mode="json"))
    return {SPEC_FILE: spec, **{fact_file(name): data for name, data in facts.items()}}


def reasons(firmware: Firmware) -> tuple[str, ...]:
    """Why firmware failed, as its service signed it."""
    return FirmwareResult.model_validate(firmware.predicate["result"]).reasons


def origin(opened: StudyOpened) -> Origin:
    """What was judged, by what, and where it came from."""
    design = opened.design
    return Origin(
        design_sha256=design.design_digest(),
        spec_sha256=design.spec_digest(),
        engine=opened.engine,
        agent=design.provenance.agent,
        prompt_sha256=design.provenance.prompt_sha256,
        context_sha256=design.provenance.context_sha256,
    )
