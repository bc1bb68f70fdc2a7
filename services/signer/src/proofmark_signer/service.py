"""Signer: checks the gate's signature, signs every file of a study, seals the folder."""

import base64
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from proofmark_chassis import Context, Rejected, Service
from proofmark_contracts.custody import ArtifactSigned, DesignDecided, FirmwareFinished, ReleaseSealed, ReportCompiled
from proofmark_contracts.message import Message
from proofmark_contracts.messages import ASSESSMENTS
from proofmark_contracts.study import StudyOpened
from proofmark_custody.decision import read_decision
from proofmark_custody.errors import CustodyError
from proofmark_custody.firmware import read_firmware
from proofmark_custody.keystore import open_key
from proofmark_custody.release import attest, sign_file
from proofmark_custody.trust import Trust
from proofmark_signer.evidence import documents, origin, placed, reasons
from proofmark_signer.settings import SignerSettings

service = Service("signer", SignerSettings)


@service.on(ReportCompiled)
async def seal(report: ReportCompiled, context: Context) -> AsyncIterator[Message]:
    """Sign each file, tell so, then close the folder with one statement over all of them."""
    settings = context.settings
    assert isinstance(settings, SignerSettings)
    key = open_key(settings.key_folder, "signer")
    facts = await _facts(report.study, context)
    with _rejecting(f"decision on {report.study}"):
        trust = Trust.from_json(settings.trust_file.read_bytes())
        decision = read_decision(facts[DesignDecided.verb], trust)
        finished = facts.get(FirmwareFinished.verb)
        firmware = read_firmware(finished, trust) if finished else None
    opened = StudyOpened.decode(facts[StudyOpened.verb])

    stored = placed(opened.design, opened.files) | {ref.path: ref for ref in report.files}
    contents = {path: await context.core.get(ref.sha256) for path, ref in stored.items()}
    contents |= documents(opened, facts)
    with _rejecting(f"files of {report.study}"):
        signed = {path: await context.compute(sign_file, data, key) for path, data in contents.items()}
        attested = attest(signed, decision, origin(opened), key, firmware)
    for file in {file.sha256: file for file in signed.values()}.values():
        signature = base64.b64encode(file.signature).decode()
        yield ArtifactSigned(study=report.study, sha256=file.sha256, signature=signature, keyid=key.keyid)

    folder = contents | attested
    refs = await context.core.keep(dict(sorted(folder.items())))
    yield ReleaseSealed(
        study=report.study,
        verdict=decision.verdict,
        firmware=firmware.outcome if firmware else None,
        reasons=reasons(firmware) if firmware else (),
        files=refs,
    )


@contextmanager
def _rejecting(what: str) -> Iterator[None]:
    """What custody refuses will be refused again: park it."""
    try:
        yield
    except CustodyError as error:
        raise Rejected(f"{what}: {error}") from error


async def _facts(study: str, context: Context) -> dict[str, bytes]:
    """The received bytes of what the evidence rests on, by verb."""
    found = {cls.verb: await context.received(cls, study) for cls in (StudyOpened, DesignDecided)}
    if (opened := found[StudyOpened.verb]) is not None:
        told = StudyOpened.decode(opened.data)
        for name in told.requires:
            found[ASSESSMENTS[name].verb] = await context.received(ASSESSMENTS[name], study)
        decided = found[DesignDecided.verb]
        if decided and told.design.builds_firmware(DesignDecided.decode(decided.data).verdict):
            found[FirmwareFinished.verb] = await context.received(FirmwareFinished, study)
    missing = [verb for verb, message in found.items() if message is None]
    if missing:
        raise Rejected(f"study {study}: a report without {', '.join(missing)}")
    return {verb: message.data for verb, message in found.items() if message is not None}
