"""Which key may speak in which role."""

import json

import pytest

from proofmark_custody.errors import MalformedTrust, UntrustedKey
from proofmark_custody.trust import GATE, SIGNER, Trust
from tests.custody.examples import GATE_KEY, SIGNER_KEY, STRANGER, TRUST


def test_trust_survives_its_document() -> None:
    assert Trust.from_json(TRUST.to_json()) == TRUST
    document = json.loads(TRUST.to_json())
    assert document["roles"][GATE] == [
        {"algorithm": "ed25519", "keyid": GATE_KEY.keyid, "pem": GATE_KEY.public.pem},
    ]


def test_equal_trust_has_equal_bytes() -> None:
    keys = (GATE_KEY.public, STRANGER.public)
    assert Trust({GATE: keys}).to_json() == Trust({GATE: keys[::-1]}).to_json()


def test_a_key_speaks_only_in_its_own_role() -> None:
    assert TRUST.key(GATE_KEY.keyid, GATE) == GATE_KEY.public
    for keyid, role in [(GATE_KEY.keyid, SIGNER), (SIGNER_KEY.keyid, GATE), (STRANGER.keyid, GATE)]:
        with pytest.raises(UntrustedKey, match=f"key {keyid} is not trusted as {role}"):
            TRUST.key(keyid, role)
    with pytest.raises(UntrustedKey, match="no key is trusted as firmware"):
        TRUST.keys("firmware")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"roles": []}, "roles: expected a dict"),
        ({"roles": {"gate": {}}}, "gate: expected a list"),
        ({"roles": {"gate": ["key"]}}, "keyid: expected an object"),
        ({"roles": {"gate": [{"keyid": "00", "algorithm": "ed25519"}]}}, "pem: expected a str, got nothing"),
        ({"roles": {"gate": [{"keyid": "00", "algorithm": "ed25519", "pem": "\ud800"}]}}, "public key: expected a PEM"),
        (
            {"roles": {"gate": [{"keyid": "00", "algorithm": "ed25519", "pem": GATE_KEY.public.pem}]}},
            "keyid of a public key",
        ),
    ],
)
def test_a_document_that_is_no_trust_is_refused(change: object, reason: str) -> None:
    with pytest.raises(MalformedTrust, match=reason):
        Trust.from_json(json.dumps(change).encode())
