"""What is deployed passes a real API server: both overlays, and every pod under the restricted standard."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from proofmark_operator.job import manifest
from tests.cluster.lab import NAMESPACE, Lab
from tests.cluster.processes import ROOT
from tests.operator.studies import opened, settings

pytestmark = pytest.mark.api_server

KUBERNETES = ROOT / "deploy" / "kubernetes"
OTHERS = {"keda.sh": "ScaledObject", "monitoring.coreos.com": "ServiceMonitor"}
"""Kinds of others' that the overlay for production uses; known by name alone where they are not installed."""


def definition(group: str, kind: str) -> dict[str, Any]:
    plural, version = f"{kind.lower()}s", "v1alpha1" if group == "keda.sh" else "v1"
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
            "versions": [{"name": version, "served": True, "storage": True, "schema": schema}],
        },
    }


def kustomized(lab: Lab, overlay: str) -> str:
    return lab.kubectl("kustomize", KUBERNETES / "overlays" / overlay)


@pytest.fixture(scope="module")
def kinds(lab: Lab) -> Iterator[None]:
    brought = []
    for group, kind in OTHERS.items():
        name = f"crd/{kind.lower()}s.{group}"
        if not lab.kubectl("get", name, "--ignore-not-found"):
            brought.append(name)
            lab.kubectl("create", "-f", "-", stdin=json.dumps(definition(group, kind)))
            lab.kubectl("wait", "--for=condition=Established", name)
    yield
    if brought:
        lab.kubectl("delete", *brought)


@pytest.mark.parametrize("overlay", ["dev", "production"])
def test_an_overlay_passes_the_api_server(lab: Lab, kinds: None, overlay: str) -> None:
    asked = ("apply", "--dry-run=server", "--validate=strict", "-f", "-")
    passed = lab.try_kubectl(*asked, stdin=kustomized(lab, overlay))
    assert passed.returncode == 0, passed.stderr
    assert "would violate PodSecurity" not in passed.stderr
    assert passed.stdout.count("deployment.apps/proofmark-") == 8 + ("firmware" in passed.stdout)


def test_a_manifest_with_an_unknown_field_does_not_pass(lab: Lab, kinds: None) -> None:
    broken = kustomized(lab, "dev").replace("enableServiceLinks: false", "enableServiceLinkz: false", 1)
    refused = lab.try_kubectl("apply", "--dry-run=server", "--validate=strict", "-f", "-", stdin=broken)
    assert 'unknown field "spec.template.spec.enableServiceLinkz"' in refused.stderr


def templates(lab: Lab) -> dict[str, Any]:
    """Every pod template that we deploy, and that of workers."""
    applied = lab.kubectl("apply", "--dry-run=server", "-o", "json", "-f", "-", stdin=kustomized(lab, "dev"))
    found = {}
    for item in json.loads(applied)["items"]:
        if "template" in item.get("spec", {}):
            claimed = [{"name": claim["metadata"]["name"]} for claim in item["spec"].get("volumeClaimTemplates", ())]
            template = item["spec"]["template"]["spec"]
            found[item["metadata"]["name"]] = template | {"volumes": [*template["volumes"], *claimed]}
    worker = manifest(opened(), 1, settings(namespace=NAMESPACE))
    return found | {"worker": worker["spec"]["template"]["spec"]}


def create(lab: Lab, name: str, spec: Any) -> Any:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"try-{name}", "namespace": NAMESPACE}, "spec": spec}
    return lab.try_kubectl("create", "--dry-run=server", "-f", "-", stdin=json.dumps(pod))


def test_every_pod_passes_the_restricted_standard(lab: Lab) -> None:
    found = templates(lab)
    assert {"proofmark-gate", "proofmark-operator", "proofmark-provision", "nats", "worker"} <= found.keys()
    for name, spec in found.items():
        account = spec.pop("serviceAccountName", "default")
        spec.pop("serviceAccount", None)
        assert create(lab, name, spec).returncode == 0, f"{name} ({account}): {create(lab, name, spec).stderr}"


def test_a_pod_that_may_more_does_not(lab: Lab) -> None:
    spec = templates(lab)["worker"]
    spec.pop("serviceAccountName")
    spec["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = True
    assert "violates PodSecurity" in create(lab, "worker", spec).stderr
