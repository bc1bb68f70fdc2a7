"""A real Kubernetes control plane as processes of this machine: etcd, API server, controllers, scheduler."""

import datetime
import json
import shutil
import signal
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from proofmark_chassis.server import free_port
from tests.cluster.build import binary
from tests.cluster.processes import Processes

TOKENS = {
    "admin": ("admin", "system:masters"),
    "controllers": ("system:kube-controller-manager", ""),
    "scheduler": ("system:kube-scheduler", ""),
    "engineer": ("engineer", ""),
}
"""Who may call, by name: user and group. A node's token is `node-<name>`."""
NODES = ("node-a", "node-b")
SPARE = "node-c"
"""A node that may come later."""
READY_S = 300.0
"""Other work on the machine may leave little for it."""


class ControlPlane:
    """One cluster with its store in `home`; its nodes are somebody else's."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.processes = Processes(home)
        self._etcd = f"http://127.0.0.1:{free_port()}"
        self._peers = f"http://127.0.0.1:{free_port()}"
        self._port = free_port()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start everything and wait until it works."""
        _write_keys(self.home)
        self._start_etcd()
        self.start_api_server()
        self._kube(
            "controller-manager",
            kubeconfig=self.kubeconfig("controllers"),
            leader_elect="false",
            bind_address="127.0.0.1",
            secure_port=free_port(),
            service_account_private_key_file=self.home / "sa.key",
            root_ca_file=self.home / "ca.crt",
            use_service_account_credentials="true",
            node_monitor_grace_period="120s",
            node_monitor_period="1s",
            kube_api_qps=200,
            kube_api_burst=400,
        )
        self._kube(
            "scheduler",
            kubeconfig=self.kubeconfig("scheduler"),
            leader_elect="false",
            bind_address="127.0.0.1",
            secure_port=free_port(),
            kube_api_qps=200,
            kube_api_burst=400,
        )
        self._wait(lambda: bool(self._get("/api/v1/namespaces/default/serviceaccounts/default")), "service accounts")

    def start_api_server(self) -> None:
        self._kube(
            "apiserver",
            etcd_servers=self._etcd,
            secure_port=self._port,
            bind_address="127.0.0.1",
            advertise_address="127.0.0.1",
            tls_cert_file=self.home / "api.crt",
            tls_private_key_file=self.home / "api.key",
            client_ca_file=self.home / "ca.crt",
            token_auth_file=self.home / "tokens.csv",
            service_account_key_file=self.home / "sa.pub",
            service_account_signing_key_file=self.home / "sa.key",
            service_account_issuer="https://kubernetes.default.svc",
            authorization_mode="Node,RBAC",
            service_cluster_ip_range="10.0.0.0/24",
            enable_admission_plugins="NodeRestriction",
            default_not_ready_toleration_seconds=5,
            default_unreachable_toleration_seconds=5,
        )
        self._wait(lambda: self._get("/readyz") == b"ok", "the API server")

    def restart_api_server(self, away_s: float) -> None:
        """Kill it, and bring it back a while later."""
        self.processes.end("apiserver", signal.SIGKILL)
        time.sleep(away_s)
        self.start_api_server()

    def kubeconfig(self, who: str, namespace: str = "default") -> Path:
        """A file by which `who` reaches the API server."""
        path = self.home / f"{who}.kubeconfig"
        cluster = {"server": self.url, "certificate-authority": str(self.home / "ca.crt")}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": who, "user": {"token": f"token-of-{who}"}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": who, "namespace": namespace}}],
            "current-context": "test",
        }
        path.write_text(json.dumps(document))
        return path

    def _start_etcd(self) -> None:
        etcd = shutil.which("etcd")
        assert etcd is not None, "etcd: expected on PATH: apt-get install etcd-server"
        flags = {
            "data-dir": self.home / "etcd",
            "listen-client-urls": self._etcd,
            "advertise-client-urls": self._etcd,
            "listen-peer-urls": self._peers,
            "initial-advertise-peer-urls": self._peers,
            "initial-cluster": f"default={self._peers}",
        }
        self.processes.start("etcd", [etcd, *(f"--{name}={value}" for name, value in flags.items())])
        self._wait(lambda: b"true" in urllib.request.urlopen(f"{self._etcd}/health", timeout=1).read(), "etcd")

    def _kube(self, program: str, **flags: object) -> None:
        told = (f"--{name.replace('_', '-')}={value}" for name, value in flags.items())
        self.processes.start(program, [str(binary()), program, "--profiling=false", *told])

    def _get(self, path: str) -> bytes:
        trust = ssl.create_default_context(cafile=str(self.home / "ca.crt"))
        request = urllib.request.Request(self.url + path, headers={"Authorization": "Bearer token-of-admin"})
        with urllib.request.urlopen(request, context=trust, timeout=3) as answer:
            return bytes(answer.read())

    def _wait(self, there: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + READY_S
        while True:
            self.processes.assert_running()
            try:
                if there():
                    return
            except (OSError, urllib.error.URLError):
                pass
            assert time.monotonic() < deadline, f"{what}: not there after {READY_S:g} s"
            time.sleep(0.1)


def _write_keys(home: Path) -> None:
    """A throw-away authority, the API server's certificate, the key of service accounts, and tokens."""
    authority, server, accounts = (rsa.generate_private_key(65537, 2048) for _ in range(3))
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test-ca")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    own = x509.BasicConstraints(ca=True, path_length=None)
    _private(home / "ca.crt", _pem(_certificate(issuer, issuer, authority, authority, own)))
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kube-apiserver")])
    _private(home / "api.crt", _pem(_certificate(subject, issuer, server, authority, names)))
    _private(home / "api.key", _key(server))
    _private(home / "sa.key", _key(accounts))
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    _private(home / "sa.pub", accounts.public_key().public_bytes(serialization.Encoding.PEM, public))
    held = TOKENS | {node: (f"system:node:{node}", "system:nodes") for node in (*NODES, SPARE)}
    lines = [f'token-of-{who},{user},{who},"{group}"' for who, (user, group) in held.items()]
    _private(home / "tokens.csv", "\n".join([*lines, ""]).encode())


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: rsa.RSAPrivateKey,
    signer: rsa.RSAPrivateKey,
    extension: x509.ExtensionType,
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        .sign(signer, hashes.SHA256())
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key(key: rsa.RSAPrivateKey) -> bytes:
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, plain)


def _private(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    path.chmod(0o600)
