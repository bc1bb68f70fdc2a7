"""Ways to make a server store something where one may not publish. Each is a list of raw publishes.

A credential tries them from its own zone; `Target` is what it would like to write to or destroy.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from nats.js import api

from proofmark_chassis.names import OBJECT_BUCKET, OBJECT_STREAM, STATE_STREAM, durable
from proofmark_chassis.provisioning import stream_config
from proofmark_contracts.message import Message, Zone
from proofmark_contracts.messages import MESSAGES
from proofmark_contracts.services import SERVICES
from proofmark_contracts.streams import Policy, stream_of

FORGED = b"forged"
ONE_NOW = b'{"batch": 1, "no_wait": true}'
STUDY = "own-r1"
"""A study that has a message of every class, and a consumer on the work queue."""


@dataclass(frozen=True)
class Target:
    zone: Zone
    stream: str
    subject: str


@dataclass(frozen=True)
class Shot:
    """One raw publish."""

    subject: str
    data: bytes = b""
    reply: str = ""


Trick = Callable[[Zone, Target], list[Shot]]


def ids_of(message: type[Message], study: str) -> tuple[str, ...]:
    """Ids for a message class, the study (or tenant) first."""
    return (study, "0", "0")[: len(message.ids)]


def messages_in(zone: Zone) -> list[type[Message]]:
    return [message for message in MESSAGES if message.zone == zone]


def consumers_in(zone: Zone) -> list[tuple[str, str]]:
    """Streams and consumers from which somebody in the zone is served."""
    consumed = [(name, m) for name, role in SERVICES.items() for m in role.consumes if m.zone == zone]
    durables = [(m.stream, durable(n, m)) for n, m in consumed if stream_of(m).policy is not Policy.WORK_QUEUE]
    return [*durables, *((m.stream, STUDY) for _, m in consumed if stream_of(m).policy is Policy.WORK_QUEUE)]


def plain_publish(_own: Zone, target: Target) -> list[Shot]:
    return [Shot(target.subject, FORGED)]


def reply_to_a_publish(own: Zone, target: Target) -> list[Shot]:
    """The server's acknowledgement, or its refusal, goes to the reply subject and is stored there."""
    subjects = [m.subject_of(*ids_of(m, "trick-r1")) for m in messages_in(own)]
    return [Shot(s, FORGED, target.subject) for s in [*subjects, f"$O.{OBJECT_BUCKET}.C.trick", "$KV.state.trick"]]


def reply_to_a_pull(own: Zone, target: Target) -> list[Shot]:
    """A pulled message goes to whatever stream listens at the reply subject, and is stored there by its own subject."""
    pulls = [f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}" for stream, consumer in consumers_in(own)]
    return [Shot(pull, ONE_NOW, target.subject) for pull in pulls]


def reply_to_an_acknowledgement(own: Zone, target: Target) -> list[Shot]:
    """`+NXT` acknowledges and pulls in one; a plain one is confirmed to its reply subject."""
    acks = [f"$JS.ACK.{stream}.{consumer}.1.1.1.0.0" for stream, consumer in consumers_in(own)]
    return [Shot(ack, told, target.subject) for ack in acks for told in (b"+NXT " + ONE_NOW, b"+ACK")]


def reply_to_a_direct_get(own: Zone, target: Target) -> list[Shot]:
    subjects = [f"{m.stream}.{m.subject_of(*ids_of(m, STUDY))}" for m in messages_in(own)]
    streams = [*dict.fromkeys(m.stream for m in messages_in(own)), OBJECT_STREAM, STATE_STREAM]
    by_subject = [Shot(f"$JS.API.DIRECT.GET.{subject}", b"", target.subject) for subject in subjects]
    return by_subject + [Shot(f"$JS.API.DIRECT.GET.{s}", b'{"seq": 1}', target.subject) for s in streams]


def reply_to_another_request(own: Zone, target: Target) -> list[Shot]:
    streams = [m.stream for m in messages_in(own)]
    requests = ["$JS.API.INFO", "$JS.API.STREAM.NAMES", "$SYS.REQ.USER.INFO", "$SYS.REQ.SERVER.PING"]
    requests += [f"$JS.API.{verb}.{stream}" for stream in streams for verb in ("STREAM.INFO", "CONSUMER.NAMES")]
    return [Shot(request, b"", target.subject) for request in requests]


def push_consumer(own: Zone, target: Target) -> list[Shot]:
    """A consumer that delivers to the target by itself."""
    config = {"deliver_subject": target.subject, "ack_policy": "none", "deliver_policy": "all"}
    shots = []
    for number, stream in enumerate(dict.fromkeys(m.stream for m in messages_in(own))):
        name = f"push{number}"
        request = json.dumps({"stream_name": stream, "config": {**config, "name": name}}).encode()
        durable_request = json.dumps({"stream_name": stream, "config": {**config, "durable_name": name}}).encode()
        shots += [
            Shot(f"$JS.API.CONSUMER.CREATE.{stream}.{name}", request),
            Shot(f"$JS.API.CONSUMER.DURABLE.CREATE.{stream}.{name}", durable_request),
        ]
    return shots


def republishing_stream(_own: Zone, target: Target) -> list[Shot]:
    """A new stream that publishes to the target whatever it stores."""
    republish = {"src": "trick.republish", "dest": target.subject}
    config = {"name": "REPUBLISH", "subjects": ["trick.republish"], "storage": "file", "republish": republish}
    return [Shot("$JS.API.STREAM.CREATE.REPUBLISH", json.dumps(config).encode()), Shot("trick.republish", FORGED)]


def republishing_update(own: Zone, target: Target) -> list[Shot]:
    """The same, by changing a stream that is there."""
    shots = []
    for owner in messages_in(own):
        declared, subject = stream_of(owner), owner.subject_of(*ids_of(owner, "republished-r1"))
        if declared.name == target.stream:
            continue
        config = stream_config(declared, replicas=1)
        config.republish = api.RePublish(src=subject, dest=target.subject)
        update = json.dumps(config.as_dict()).encode()
        shots += [Shot(f"$JS.API.STREAM.UPDATE.{declared.name}", update), Shot(subject, FORGED)]
    return shots


def sourcing_stream(own: Zone, target: Target) -> list[Shot]:
    """A new stream that fills itself from another one, or from another account's, under the target's subject."""
    foreign = {"api": f"$JS.{target.zone}.API", "deliver": "trick.deliver"}
    shots = []
    for number, owner in enumerate([*messages_in(own), *messages_in(target.zone)]):
        transform = {"src": owner.subject_of(*ids_of(owner, STUDY)), "dest": target.subject}
        source: dict[str, object] = {"name": owner.stream, "subject_transforms": [transform]}
        for name, kind in ((f"SOURCE{number}", source), (f"FOREIGN{number}", {**source, "external": foreign})):
            config = json.dumps({"name": name, "storage": "file", "sources": [kind]}).encode()
            shots.append(Shot(f"$JS.API.STREAM.CREATE.{name}", config))
    return shots


def api_of_another_account(_own: Zone, target: Target) -> list[Shot]:
    """Destroy by the API of the target's account, under every name it might answer to."""
    prefixes = ["$JS.API", f"$JS.{target.zone}.API", f"{target.zone}.$JS.API", f"$JS.{target.zone}.$JS.API"]
    verbs = [
        (f"STREAM.PURGE.{target.stream}", b""),
        (f"STREAM.MSG.DELETE.{target.stream}", b'{"seq": 1}'),
        (f"STREAM.DELETE.{target.stream}", b""),
    ]
    return [Shot(f"{prefix}.{verb}", data) for prefix in prefixes for verb, data in verbs]


TRICKS: tuple[Trick, ...] = (
    plain_publish,
    reply_to_a_publish,
    reply_to_a_pull,
    reply_to_an_acknowledgement,
    reply_to_a_direct_get,
    reply_to_another_request,
    push_consumer,
    republishing_stream,
    republishing_update,
    sourcing_stream,
    api_of_another_account,
)
