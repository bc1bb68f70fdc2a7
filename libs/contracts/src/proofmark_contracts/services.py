"""Who consumes, publishes and reads what: compose, manifests, accounts and scrape targets follow from this table."""

from dataclasses import dataclass, field

from proofmark_contracts.assessment import ReliabilityAssessed, ReliabilityUpdated
from proofmark_contracts.campaign import BatchCompleted, BatchPlanned, ChunkSimulated, ChunkStop, SimulateChunk
from proofmark_contracts.custody import ArtifactSigned, DesignDecided, FirmwareFinished, ReleaseSealed, ReportCompiled
from proofmark_contracts.message import Message, Zone
from proofmark_contracts.messages import MESSAGES
from proofmark_contracts.study import (
    SpecAnswered,
    SpecSubmitted,
    StudyClosed,
    StudyCommanded,
    StudyExpired,
    StudyOpened,
    StudyOutcome,
)
from proofmark_contracts.temperatures import ThermalAssessed, ThermalModelled

Messages = tuple[type[Message], ...]


@dataclass(frozen=True)
class Role:
    """One credential holder: a service, or a person or system outside."""

    consumes: Messages = ()
    """Through a durable consumer of its own; a work queue's message through the consumer of each study."""
    waits: Messages = ()
    """Of those, the ones whose handler may put off its answer for as long as it takes: deliveries are not limited."""
    woken_by: Messages = ()
    """Of those, the ones that only wake a fold: the consumer delivers headers alone."""
    publishes: Messages = ()
    reads: Messages = ()
    """By subject, the last message."""
    purges: Messages = ()
    """May be removed, a study at a time, when its owner deletes it."""
    gets_objects: tuple[Zone, ...] = ()
    puts_objects: tuple[Zone, ...] = ()
    keeps_state: bool = False
    """Holds fold state in the core's key-value bucket."""
    rules_queue: bool = False
    """Creates, pauses, purges and deletes the consumers of studies on the work queue."""
    deployed: bool = True
    """False for whoever holds a credential but is not run by us: people, systems outside, a service started by hand."""
    needs_cluster: bool = False
    """Speaks to Kubernetes, so one machine alone runs without it."""
    zones: frozenset[Zone] = field(init=False)

    def __post_init__(self) -> None:
        messages = {m.zone for m in (*self.consumes, *self.publishes, *self.reads)}
        object.__setattr__(self, "zones", frozenset(messages | {*self.gets_objects, *self.puts_objects}))


SERVICES: dict[str, Role] = {
    "intake": Role(
        consumes=(
            SpecSubmitted,
            StudyCommanded,
            StudyOpened,
            ReliabilityAssessed,
            ThermalAssessed,
            ReleaseSealed,
            StudyClosed,
        ),
        waits=(StudyOpened, StudyClosed),
        publishes=(SpecAnswered, StudyOutcome, StudyOpened, StudyExpired, StudyClosed, ChunkStop),
        reads=(StudyCommanded, StudyOpened, StudyClosed, StudyExpired, ReliabilityAssessed),
        purges=(
            BatchPlanned,
            BatchCompleted,
            ChunkSimulated,
            ReliabilityUpdated,
            ReliabilityAssessed,
            ThermalModelled,
            ThermalAssessed,
            ReportCompiled,
        ),
        gets_objects=(Zone.EDGE,),
        puts_objects=(Zone.CORE, Zone.COMPUTE),
        keeps_state=True,
        rules_queue=True,
    ),
    "sampler": Role(
        consumes=(StudyOpened, ThermalModelled, BatchCompleted),
        publishes=(BatchPlanned, SimulateChunk),
        reads=(StudyOpened, StudyClosed, StudyExpired, ThermalModelled, BatchPlanned, BatchCompleted),
        gets_objects=(Zone.CORE,),
        puts_objects=(Zone.CORE, Zone.COMPUTE),
    ),
    "simulator": Role(
        consumes=(SimulateChunk,),
        publishes=(ChunkSimulated,),
        reads=(ChunkStop,),
        gets_objects=(Zone.COMPUTE,),
        puts_objects=(Zone.COMPUTE,),
    ),
    "aggregator": Role(
        consumes=(ChunkSimulated, BatchPlanned, StudyExpired),
        woken_by=(ChunkSimulated, BatchPlanned),
        publishes=(ChunkSimulated, ReliabilityUpdated, BatchCompleted, ReliabilityAssessed, ChunkStop),
        reads=(StudyOpened, StudyExpired, StudyClosed, BatchPlanned, ChunkSimulated),
        gets_objects=(Zone.CORE, Zone.COMPUTE),
        puts_objects=(Zone.CORE,),
        keeps_state=True,
    ),
    "thermal_fem": Role(
        consumes=(StudyOpened,),
        publishes=(ThermalModelled, ThermalAssessed),
        reads=(StudyClosed,),
        gets_objects=(Zone.CORE,),
        puts_objects=(Zone.CORE,),
    ),
    "gate": Role(
        consumes=(ReliabilityAssessed, ThermalAssessed),
        publishes=(DesignDecided,),
        reads=(StudyOpened, ReliabilityAssessed, ThermalAssessed),
    ),
    "firmware": Role(
        consumes=(DesignDecided,),
        publishes=(FirmwareFinished,),
        reads=(StudyOpened, StudyClosed, ReliabilityAssessed, ThermalModelled),
        gets_objects=(Zone.CORE,),
        puts_objects=(Zone.CORE,),
    ),
    "reporter": Role(
        consumes=(DesignDecided, FirmwareFinished),
        publishes=(ReportCompiled,),
        reads=(
            StudyOpened,
            ReliabilityAssessed,
            ThermalModelled,
            ThermalAssessed,
            BatchPlanned,
            DesignDecided,
            FirmwareFinished,
        ),
        gets_objects=(Zone.CORE,),
        puts_objects=(Zone.CORE,),
    ),
    "signer": Role(
        consumes=(ReportCompiled,),
        publishes=(ArtifactSigned, ReleaseSealed),
        reads=(StudyOpened, ReliabilityAssessed, ThermalAssessed, DesignDecided, FirmwareFinished, ReportCompiled),
        gets_objects=(Zone.CORE,),
        puts_objects=(Zone.CORE,),
    ),
    "notifier": Role(
        consumes=(StudyClosed,),
        reads=(StudyOpened, ReliabilityAssessed),
        deployed=False,
    ),
    "operator": Role(
        consumes=(StudyOpened, StudyClosed),
        waits=(StudyOpened, StudyClosed),
        publishes=(SpecSubmitted, StudyCommanded),
        reads=(
            SpecAnswered,
            StudyOpened,
            StudyClosed,
            StudyCommanded,
            BatchPlanned,
            BatchCompleted,
            ReliabilityUpdated,
            ReliabilityAssessed,
            ReleaseSealed,
        ),
        needs_cluster=True,
    ),
    "engineer": Role(
        publishes=(SpecSubmitted, StudyCommanded),
        reads=tuple(m for m in MESSAGES if m.zone in (Zone.EDGE, Zone.CORE)),
        gets_objects=(Zone.CORE,),
        puts_objects=(Zone.EDGE,),
        deployed=False,
    ),
    "outsider": Role(
        publishes=(SpecSubmitted, StudyCommanded),
        reads=(SpecAnswered, StudyOutcome),
        puts_objects=(Zone.EDGE,),
        deployed=False,
    ),
}

ON_ONE_MACHINE = tuple(name for name, role in SERVICES.items() if role.deployed and not role.needs_cluster)
"""The services that one machine alone runs."""
