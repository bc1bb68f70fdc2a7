"""An AsyncAPI 3 document of the whole bus, generated from the messages, streams and services.

`python -m proofmark_contracts.asyncapi > docs/reference/asyncapi.json` writes it.
"""

import inspect
import json
import sys
from typing import Any

from pydantic.json_schema import models_json_schema

from proofmark_contracts.message import Message, TableMessage, Zone
from proofmark_contracts.messages import MESSAGES
from proofmark_contracts.services import SERVICES
from proofmark_contracts.streams import stream_of

Document = dict[str, Any]
ZONES = {
    Zone.EDGE: "Where outsiders publish specs and read answers.",
    Zone.CORE: "Studies, plans and estimates.",
    Zone.COMPUTE: "Chunks of vectors and their results; all that simulators see.",
    Zone.TRUST: "Signed decisions and artifacts.",
}


def document() -> Document:
    schemas = _schemas()
    return {
        "asyncapi": "3.0.0",
        "id": "urn:proofmark:bus",
        "info": {
            "title": "Proofmark",
            "version": "1.0.0",
            "description": "From a toleranced design spec to a signed, field-ready release, over NATS JetStream.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": Message.content_type,
        "servers": {zone.value: _server(zone) for zone in Zone},
        "channels": {message.__name__: _channel(message) for message in MESSAGES},
        "operations": dict(_operations()),
        "components": {
            "messages": {message.__name__: _message(message) for message in MESSAGES},
            "schemas": schemas,
        },
    }


def text() -> str:
    return json.dumps(document(), indent=2) + "\n"


def _server(zone: Zone) -> Document:
    return {
        "host": "{host}:4222",
        "protocol": "nats",
        "description": f"The account `{zone}`. {ZONES[zone]}",
        "variables": {"host": {"default": "127.0.0.1", "description": "The nats-server."}},
    }


def _channel(message: type[Message]) -> Document:
    stream = stream_of(message)
    return {
        "address": message.subject_of(*(f"{{{name}}}" for name in message.ids)),
        "description": f"Stream {stream.name}, {stream.policy.value}.",
        "servers": [{"$ref": f"#/servers/{message.zone}"}],
        "messages": {message.__name__: {"$ref": f"#/components/messages/{message.__name__}"}},
        "parameters": {name: {"description": f"Field `{name}` of the message."} for name in message.ids},
    }


def _operations() -> list[tuple[str, Document]]:
    return [
        (f"{service}.{action}.{message.__name__}", _operation(service, action, message))
        for service, role in SERVICES.items()
        for action, messages in (("receive", role.consumes), ("send", role.publishes))
        for message in messages
    ]


def _operation(service: str, action: str, message: type[Message]) -> Document:
    channel = f"#/channels/{message.__name__}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{message.__name__}"}],
        "tags": [{"name": service}],
    }


def _message(message: type[Message]) -> Document:
    described: Document = {
        "name": message.verb,
        "contentType": message.content_type,
        "summary": inspect.cleandoc(message.__doc__ or "").partition("\n")[0],
        "payload": {"$ref": f"#/components/schemas/{message.__name__}"},
    }
    if issubclass(message, TableMessage):
        described["description"] = "The payload is a line of JSON, described here, then an Arrow IPC stream."
    return described


def _schemas() -> Document:
    """Schemas of all messages and of the records in them."""
    _, generated = models_json_schema(
        [(message, "validation") for message in MESSAGES], ref_template="#/components/schemas/{model}"
    )
    schemas: Document = _without_discriminators(generated["$defs"])
    for message in MESSAGES:
        if issubclass(message, TableMessage):
            del schemas[message.__name__]["properties"]["table"]
    return schemas


def _without_discriminators(node: Any) -> Any:
    """AsyncAPI spells a discriminator otherwise, and needs none: `kind` is a `const` in each alternative."""
    if isinstance(node, dict):
        return {key: _without_discriminators(value) for key, value in node.items() if key != "discriminator"}
    if isinstance(node, list):
        return [_without_discriminators(value) for value in node]
    return node


if __name__ == "__main__":
    sys.stdout.write(text())
