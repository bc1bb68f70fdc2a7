"""What a resource asks for: its spec, word for word, on behalf of its namespace."""

import base64
from collections.abc import Mapping
from typing import Any

from proofmark_contracts.study import SpecSubmitted, SubmittedFile


def submission(spec: Mapping[str, Any], namespace: str, uid: str) -> SpecSubmitted:
    """The submission of a resource: the same one however often it is sent, and no other resource's.

    Parameters
    ----------
    spec : mapping
        Of the resource: `document`, and `files` by path.
    namespace : str
        Its tenant: who may create resources there is the cluster's to say.
    uid : str
        Of the resource.
    """
    files = {path: base64.b64encode(text.encode()).decode() for path, text in spec.get("files", {}).items()}
    return SpecSubmitted(
        tenant=namespace,
        event=uid,
        spec=spec["document"],
        files={path: SubmittedFile(base64=text) for path, text in files.items()},
    )


def event_of(submitted: SpecSubmitted) -> str:
    """The id that the answer will carry: a submission published by a service is known by what it states."""
    return submitted.fingerprint()[:32]
