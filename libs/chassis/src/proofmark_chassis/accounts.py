"""Credentials: one account a zone, in it one user for each role, allowed what the `SERVICES` table says and no more.

Inside an account publish permissions can be bypassed through the reply subject, so zones are accounts, and nobody but
the work queue's ruler may create a consumer.
"""

from typing import Any

from proofmark_chassis.names import (
    CHUNK_QUEUE,
    OBJECT_BUCKET,
    OBJECT_STREAM,
    STATE_BUCKET,
    STATE_STREAM,
    advisory_stream,
    casualties,
    dead_letter_subject,
    durable,
)
from proofmark_contracts.message import Message, Zone
from proofmark_contracts.services import SERVICES, Role
from proofmark_contracts.streams import Policy, stream_of

ADMIN = "admin"
"""May do everything in its zone: provisions streams, runs nothing."""


def users_of(zone: Zone) -> tuple[str, ...]:
    """The roles that hold a credential for a zone, as user names."""
    return tuple(f"{name}@{zone}" for name in (ADMIN, *(n for n, role in SERVICES.items() if zone in role.zones)))


def permissions(name: str, zone: Zone, tenant: str = "*") -> dict[str, Any]:
    """What a role's credential for a zone may publish and subscribe to.

    An outsider speaks for one tenant only, and asks the server for nothing: whatever answers a request can be made to
    answer to a subject of somebody else's.
    """
    role = SERVICES[name]
    outside = name == "outsider"
    publish = [_subjects(message, tenant if outside else "*") for message in role.publishes if message.zone == zone]
    if zone in role.puts_objects:
        publish += [f"$O.{OBJECT_BUCKET}.C.*", f"$O.{OBJECT_BUCKET}.M.*"]
    subscribe = [f"_INBOX_{name}.>"]
    if outside:
        subscribe += [_subjects(message, tenant) for message in role.reads if message.zone == zone]
    else:
        publish += _reading(role, zone) + _consuming(name, role, zone) + _looking_at_objects(role, zone)
        subscribe += [_subjects(message, "*") for message in role.reads if not role.deployed and message.zone == zone]
    if role.keeps_state and zone is Zone.CORE:
        publish += [f"$KV.{STATE_BUCKET}.>", f"$JS.API.DIRECT.GET.{STATE_STREAM}.>"]
    publish += [f"$JS.API.STREAM.PURGE.{message.stream}" for message in role.purges if message.zone == zone]
    if role.rules_queue and zone is Zone.COMPUTE:
        verbs = [
            f"STREAM.PURGE.{CHUNK_QUEUE}",
            *(f"CONSUMER.{v}.{CHUNK_QUEUE}.>" for v in ("CREATE", "DELETE", "PAUSE", "INFO")),
        ]
        publish += [f"$JS.API.{verb}" for verb in verbs]
    return {"publish": {"allow": sorted(set(publish))}, "subscribe": {"allow": sorted(set(subscribe))}}


def accounts(passwords: dict[str, str], tenant: str = "*") -> dict[str, Any]:
    """The `accounts` block of a nats-server configuration; `passwords` by user name."""

    def user(name: str, zone: Zone) -> dict[str, Any]:
        entry: dict[str, Any] = {"user": f"{name}@{zone}", "password": passwords[f"{name}@{zone}"]}
        if name != ADMIN:
            entry["permissions"] = permissions(name, zone, tenant)
        return entry

    return {
        zone.value: {"jetstream": "enabled", "users": [user(u.split("@")[0], zone) for u in users_of(zone)]}
        for zone in Zone
    }


def _subjects(message: type[Message], tenant: str) -> str:
    ids = (tenant,) if message.ids[0] == "tenant" else ()
    return message.subject_of(*ids)


def _reading(role: Role, zone: Zone) -> list[str]:
    messages = [m for m in (*role.reads, *role.publishes) if m.zone == zone]
    gets = [f"$JS.API.DIRECT.GET.{message.stream}.{message.subject_of()}" for message in messages]
    if not role.deployed:
        gets += [f"$JS.API.STREAM.INFO.{message.stream}" for message in messages]
        gets += [f"$JS.API.DIRECT.GET.{message.stream}" for message in messages]
    return gets


def _consuming(name: str, role: Role, zone: Zone) -> list[str]:
    allowed: list[str] = []
    for message in (m for m in role.consumes if m.zone == zone):
        stream, consumer = message.stream, durable(name, message)
        if stream_of(message).policy is Policy.WORK_QUEUE:
            allowed += [
                f"$JS.API.CONSUMER.NAMES.{stream}",
                f"$JS.API.CONSUMER.MSG.NEXT.{stream}.*",
                f"$JS.ACK.{stream}.>",
            ]
            allowed += [dead_letter_subject(stream, consumer)]
            continue
        allowed += [f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}", f"$JS.ACK.{stream}.{consumer}.>"]
        allowed += [dead_letter_subject(stream, consumer), f"$JS.API.DIRECT.GET.{stream}"]
        watch = casualties(name, zone)
        allowed += [
            f"$JS.API.CONSUMER.MSG.NEXT.{advisory_stream(zone)}.{watch}",
            f"$JS.ACK.{advisory_stream(zone)}.{watch}.>",
        ]
    return allowed


def _looking_at_objects(role: Role, zone: Zone) -> list[str]:
    """Who puts may ask whether an object is there; only who gets may read its parts."""
    allowed: list[str] = []
    if zone in (*role.puts_objects, *role.gets_objects):
        allowed += [f"$JS.API.DIRECT.GET.{OBJECT_STREAM}.$O.{OBJECT_BUCKET}.M.*"]
    if zone in role.gets_objects:
        allowed += [f"$JS.API.DIRECT.GET.{OBJECT_STREAM}"]
    return allowed
