"""Prints what an installation keeps secret, freshly made: python deploy/make_secrets.py | kubectl apply -f -

Passwords of the bus, one a user, in a secret for each service that holds it; the signing keys; beside them, in config
maps, who is trusted and the bus's accounts. `--compose FOLDER` writes the same as files for docker-compose.dev.yml.
"""

import argparse
import base64
import json
import runpy
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from proofmark_chassis.accounts import ADMIN, users_of
from proofmark_contracts.message import Zone
from proofmark_contracts.services import SERVICES
from proofmark_custody.keys import SigningKey
from proofmark_custody.keystore import IMAGE
from proofmark_custody.trust import FIRMWARE, GATE, SIGNER, Trust

NATS = Path(__file__).with_name("nats")
ROLES = {"gate": (GATE,), "firmware": (FIRMWARE, IMAGE), "signer": (SIGNER,)}
"""Of each service that signs."""
BUS_URL = "nats://nats.proofmark.svc.cluster.local:4222"


def passwords() -> dict[str, str]:
    """One for each user of the bus."""
    return {user: secrets.token_hex(16) for zone in Zone for user in users_of(zone)}


def keys() -> dict[str, dict[str, SigningKey]]:
    """Those of each service that signs, by role."""
    return {service: {role: SigningKey.generate() for role in roles} for service, roles in ROLES.items()}


def trust(signing: Mapping[str, Mapping[str, SigningKey]]) -> bytes:
    """The document that says whose signatures count; that on an image counts on a board alone."""
    held = {role: (key.public,) for own in signing.values() for role, key in own.items() if role != IMAGE}
    return Trust(held).to_json()


def variables(held: Mapping[str, str]) -> dict[str, str]:
    """The environment from which nats-server takes its passwords."""
    variable = runpy.run_path(str(NATS / "render.py"))["variable"]
    return {variable(user): password for user, password in held.items()}


def accounts() -> str:
    """The bus's accounts, as nats-server includes them, and the whole of its configuration."""
    whole = (NATS / "nats.conf").read_text()
    return whole[whole.index("accounts:") :]


def bus_file(held: Mapping[str, str], url: str) -> str:
    """What `$PROOFMARK_BUS` names: how the command line reaches the bus as the engineer."""
    mine = {user: password for user, password in held.items() if user.startswith("engineer@")}
    return json.dumps({"url": url, "passwords": mine})


def manifests() -> list[dict[str, Any]]:
    """Secrets and config maps for Kubernetes."""
    held, signing = passwords(), keys()
    made = [_secret("proofmark-nats", variables(held)), _secret("proofmark-admin", _of(ADMIN, held))]
    for name, role in SERVICES.items():
        if role.deployed:
            made.append(_secret(f"proofmark-{name.replace('_', '-')}", _of(name, held)))
    made += [_secret(f"proofmark-{service}-key", _files(own)) for service, own in signing.items()]
    made.append(_secret("proofmark-engineer", {"bus.json": bus_file(held, BUS_URL)}))
    made.append(_config_map("proofmark-trust", {"trust.json": trust(signing).decode()}))
    made.append(_config_map("nats", {"nats.conf": (NATS / "nats.conf").read_text(), "accounts.conf": accounts()}))
    return made


def write_compose(folder: Path) -> None:
    """The environment file, the keys and who is trusted: what docker-compose.dev.yml asks for."""
    held, signing = passwords(), keys()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _private(folder / "env", "".join(f"{name}={value}\n" for name, value in variables(held).items()))
    for service, own in signing.items():
        (folder / service).mkdir(exist_ok=True, mode=0o700)
        for name, text in _files(own).items():
            _private(folder / service / name, text)
    (folder / "trust.json").write_bytes(trust(signing))
    _private(folder / "bus.json", bus_file(held, "nats://127.0.0.1:4222"))


def _files(signing: Mapping[str, SigningKey]) -> dict[str, str]:
    """Keys as `open_key` reads them."""
    return {f"{role}.pem": key.to_pem().decode() for role, key in signing.items()}


def _of(name: str, held: Mapping[str, str]) -> dict[str, str]:
    return {zone.value: held[f"{name}@{zone}"] for zone in Zone if f"{name}@{zone}" in held}


def _secret(name: str, data: Mapping[str, str]) -> dict[str, Any]:
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    metadata = {"name": name, "namespace": "proofmark", "labels": {"app.kubernetes.io/part-of": "proofmark"}}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "data": encoded}


def _config_map(name: str, data: Mapping[str, str]) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "proofmark", "labels": {"app.kubernetes.io/part-of": "proofmark"}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": dict(data)}


def _private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compose", type=Path, metavar="FOLDER", help="write files for docker-compose.dev.yml")
    asked = parser.parse_args()
    if asked.compose is not None:
        write_compose(asked.compose)
    else:
        json.dump({"apiVersion": "v1", "kind": "List", "items": manifests()}, sys.stdout, indent=1)
