"""Certificates of one cluster: its own authority, and who speaks TLS under it."""

import datetime
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_YEARS = datetime.timedelta(days=3650)


@dataclass(frozen=True)
class Pair:
    """A certificate and its key on disk."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class Authority:
    """Everything the parts of one cluster prove themselves with."""

    folder: Path

    @property
    def root(self) -> Path:
        """The certificate that all others are checked against."""
        return self.folder / "ca.crt"

    @property
    def service_account_key(self) -> Path:
        """Signs the tokens of service accounts; a public key can be read from it."""
        return self.folder / "service-account.key"

    def pair(self, name: str) -> Pair:
        """The certificate of `apiserver`, `kubelet` or `apiserver-client`."""
        return Pair(self.folder / f"{name}.crt", self.folder / f"{name}.key")


def make_authority(folder: Path, cluster_address: str) -> Authority:
    """Create what is missing; an existing authority is kept, or clients would lose trust."""
    authority = Authority(folder)
    if (folder / "complete").exists():
        return authority
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    key = _key(folder / "ca.key")
    root = _build("modelyard-sandbox", key, None, [], None)
    authority.root.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    _key(authority.service_account_key)
    names = [
        "localhost",
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        "127.0.0.1",
        cluster_address,
    ]
    server, client = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
    for name, usage, alternatives in (
        ("apiserver", server, names),
        ("kubelet", server, ["localhost", "127.0.0.1"]),
        ("apiserver-client", client, []),
    ):
        pair = authority.pair(name)
        made = _build(name, _key(pair.key), (root, key), alternatives, usage)
        pair.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "complete").touch()
    return authority


def _key(file: Path) -> ec.EllipticCurvePrivateKey:
    key = ec.generate_private_key(ec.SECP256R1())
    file.touch(mode=0o600)
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    return key


def _build(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None,
    alternatives: Sequence[str],
    usage: x509.ObjectIdentifier | None,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # Clocks of virtual machines jump when a laptop wakes.
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + _YEARS)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if alternatives:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([_alternative(each) for each in alternatives]),
            critical=False,
        )
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    return builder.sign(issuer[1] if issuer else key, hashes.SHA256())


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
