"""What a Service costs beside a bare nats-py loop: consume, validate, acknowledge. Prints one JSON line.

Both read the same 5,000 stored messages on the same server in rounds that alternate, with the same number in hand. The
bare loop fetches, validates and acknowledges, and does nothing else. Then the object store's get beside nats-py's.
"""

import asyncio
import json
import logging
import os
import tempfile
import time
from pathlib import Path
from statistics import median

import structlog

from proofmark_chassis import Context, Service, ServiceSettings
from proofmark_chassis.names import OBJECT_BUCKET, durable
from proofmark_chassis.objects import ObjectStore
from proofmark_chassis.testing import TestBus, bus_in, serving
from proofmark_contracts.assessment import Causes, Estimate, ReliabilityAssessed
from proofmark_contracts.message import Message, Zone

MESSAGES = 5000
ROUNDS = 5
IN_HAND = ServiceSettings().concurrency
PROMISED_RATIO = 0.8
CONSUMER = durable("gate", ReliabilityAssessed)
OBJECT_BYTES = 16 << 20


def assessed(study: str) -> ReliabilityAssessed:
    system = Estimate(
        name="system",
        target=0.9,
        samples=100,
        failures=0,
        missing=0,
        r=1.0,
        r_low=0.96,
        r_high=1.0,
        bound_low=0.97,
        bound_high=1.0,
        certified="exact",
    )
    return ReliabilityAssessed(
        study=study,
        outcome="assessed",
        method="monte-carlo",
        confidence=0.95,
        estimates=(system,),
        margins=(),
        causes=Causes(method="not-identifiable", sentence="too few failures"),
        batches=(),
    )


async def rewind(bus: TestBus) -> None:
    """Make the consumer anew, so that it delivers everything once more."""
    stream = bus.clients[Zone.CORE].jetstream()
    config = (await stream.consumer_info("ESTIMATE", CONSUMER)).config
    await stream.delete_consumer("ESTIMATE", CONSUMER)
    config.max_ack_pending, config.ack_wait = 1000, 30.0
    await stream.add_consumer("ESTIMATE", config)


async def bare(bus: TestBus) -> float:
    """Messages a second of a loop written by hand."""
    client = await bus.server.connect("gate", Zone.CORE)
    subscription = await client.jetstream().pull_subscribe_bind(durable=CONSUMER, stream="ESTIMATE")
    done, began = 0, time.perf_counter()
    while done < MESSAGES:
        for message in await subscription.fetch(IN_HAND, timeout=5):
            ReliabilityAssessed.model_validate_json(message.data)
            await message.ack()
            done += 1
    await client.flush()
    rate = MESSAGES / (time.perf_counter() - began)
    await client.close()
    return rate


async def serviced(bus: TestBus) -> float:
    """Messages a second of a service whose handler does nothing, between its first and its last."""
    service = Service("gate")
    finished = asyncio.Event()
    done, began = 0, 0.0

    @service.on(ReliabilityAssessed)
    async def decide(_message: ReliabilityAssessed, _context: Context) -> list[Message]:
        nonlocal done, began
        began = began or time.perf_counter()
        done += 1
        if done == MESSAGES:
            finished.set()
        return []

    async with serving(bus, service, bus.settings(service="gate", lease_s=30)):
        await finished.wait()
        return MESSAGES / (time.perf_counter() - began)


async def object_rates(bus: TestBus) -> dict[str, float]:
    """MB/s of getting one object, ours and nats-py's."""
    client = bus.clients[Zone.CORE]
    digest = await ObjectStore(client).put(os.urandom(OBJECT_BYTES))
    theirs = await client.jetstream().object_store(OBJECT_BUCKET)
    began = time.perf_counter()
    await ObjectStore(client).get(digest)
    middle = time.perf_counter()
    await theirs.get(digest)
    end = time.perf_counter()
    return {"get_mb_s": OBJECT_BYTES / 1e6 / (middle - began), "nats_py_get_mb_s": OBJECT_BYTES / 1e6 / (end - middle)}


async def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as home:
        async with bus_in(Path(home)) as bus:
            for first in range(0, MESSAGES, 100):
                await asyncio.gather(*(bus.publish(assessed(f"s{n}-r1")) for n in range(first, first + 100)))
            ours: list[float] = []
            theirs: list[float] = []
            for _ in range(ROUNDS):
                await rewind(bus)
                theirs.append(await bare(bus))
                await rewind(bus)
                ours.append(await serviced(bus))
            objects = await object_rates(bus)
    result = {
        "service_per_s": round(median(ours)),
        "bare_per_s": round(median(theirs)),
        "ratio": round(median(ours) / median(theirs), 3),
        "promised_ratio": PROMISED_RATIO,
        "rounds": ROUNDS,
        "messages": MESSAGES,
        **{name: round(rate) for name, rate in objects.items()},
    }
    print(json.dumps({"bench": "chassis", **result}))


if __name__ == "__main__":
    asyncio.run(main())
