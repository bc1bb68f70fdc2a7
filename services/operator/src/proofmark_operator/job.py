"""The Indexed Job of a study: pods that pull its chunks until it wants no more."""

from typing import Any

from proofmark_chassis.service import EXIT_CONFIGURATION, EXIT_HANDED_BACK
from proofmark_contracts.study import StudyOpened
from proofmark_operator.names import GROUP, STUDY_LABEL, TENANT_ANNOTATION, job_name
from proofmark_operator.settings import OperatorSettings

CREDENTIALS = "/run/proofmark"
NOBODY = 65532


def manifest(opened: StudyOpened, pods: int, settings: OperatorSettings, *, suspended: bool = False) -> dict[str, Any]:
    """The Job; `pods` of them, each a worker that ends when the study stops."""
    labels = {
        "app.kubernetes.io/name": "proofmark-simulator",
        "app.kubernetes.io/part-of": "proofmark",
        STUDY_LABEL: opened.study,
    }
    queue = {"kueue.x-k8s.io/queue-name": settings.kueue_queue} if settings.kueue_queue else {}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": job_name(opened.study),
            "namespace": settings.namespace,
            "labels": labels | queue,
            "annotations": {TENANT_ANNOTATION: opened.tenant, f"{GROUP}/engine": opened.engine},
        },
        "spec": {
            "completionMode": "Indexed",
            "completions": pods,
            "parallelism": pods,
            "suspend": suspended,
            "backoffLimitPerIndex": settings.restarts,
            "podReplacementPolicy": "Failed",
            "podFailurePolicy": {
                "rules": [
                    {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
                    {"action": "Ignore", "onExitCodes": {"operator": "In", "values": [EXIT_HANDED_BACK]}},
                    {"action": "FailIndex", "onExitCodes": {"operator": "In", "values": [EXIT_CONFIGURATION]}},
                ]
            },
            "ttlSecondsAfterFinished": settings.keep_s,
            "template": {"metadata": {"labels": labels}, "spec": _pod(opened, settings)},
        },
    }


def _pod(opened: StudyOpened, settings: OperatorSettings) -> dict[str, Any]:
    pod: dict[str, Any] = {
        "restartPolicy": "Never",
        "serviceAccountName": "proofmark-simulator",
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": settings.grace_s,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": NOBODY,
            "runAsGroup": NOBODY,
            "fsGroup": NOBODY,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": {STUDY_LABEL: opened.study}},
            }
        ],
        "containers": [_container(opened, settings)],
        "volumes": [
            {
                "name": "credentials",
                "secret": {
                    "secretName": settings.worker_secret,
                    "defaultMode": 0o440,
                    "items": [{"key": "compute", "path": "compute"}],
                },
            },
            {"name": "tmp", "emptyDir": {"sizeLimit": settings.scratch}},
        ],
    }
    chosen = {
        "priorityClassName": settings.priority_class,
        "runtimeClassName": settings.runtime_class,
        "tolerations": settings.tolerations,
    }
    return pod | {name: value for name, value in chosen.items() if value}


def _container(opened: StudyOpened, settings: OperatorSettings) -> dict[str, Any]:
    told = {
        "PROOFMARK_BUS_URL": settings.worker_bus_url or settings.bus_url,
        "PROOFMARK_BUS_PASSWORD_COMPUTE_FILE": f"{CREDENTIALS}/compute",
        "PROOFMARK_LEASE_S": f"{settings.lease_s:g}",
        "PROOFMARK_STUDY": opened.study,
        "PROOFMARK_ENGINE": opened.engine,
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    if settings.otlp_endpoint is not None:
        told["PROOFMARK_OTLP_ENDPOINT"] = settings.otlp_endpoint
    size = {"cpu": settings.cpu, "memory": settings.memory}
    return {
        "name": "simulator",
        "image": settings.image.replace("{engine}", opened.engine),
        "env": [{"name": name, "value": value} for name, value in told.items()],
        "resources": {"requests": size, "limits": size},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": "credentials", "mountPath": CREDENTIALS, "readOnly": True},
            {"name": "tmp", "mountPath": "/tmp"},
        ],
    }
