"""An agent in Python: identity, enrolment and uplink over the generated stubs, as any other client would write it."""

import hashlib
import queue
import re
import time
from pathlib import Path

import grpc
from cordon.v1 import enrollment_pb2, enrollment_pb2_grpc, envelope_pb2, telemetry_pb2, uplink_pb2, uplink_pb2_grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.x509.oid import NameOID

ANSWER_SECONDS = 20


def pem(certificates):
    """DER certificates as PEM."""
    parsed = [x509.load_der_x509_certificate(der) for der in certificates]
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in parsed)


def key_bytes(key):
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


class Identity:
    """A P-256 key of our own, and the certificate that the collector made of it."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = hashlib.sha256(key_bytes(self.key.public_key())).hexdigest()[:32]

    def request(self):
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "agent")])
        made = x509.CertificateSigningRequestBuilder().subject_name(name).sign(self.key, hashes.SHA256())
        return made.public_bytes(serialization.Encoding.DER)

    def enrol(self, site, token, address, label):
        """Over TLS that is pinned to the token's root."""
        pin = token.split(".")[3]
        roots = [der for der in site.ca_roots if
                 hashlib.sha256(key_bytes(x509.load_der_x509_certificate(der).public_key())).hexdigest() == pin]
        assert roots, "the token pins a root that the site bundle does not hold"
        request = enrollment_pb2.EnrollRequest(
            token=token, csr=self.request(), label=label, version="python",
            sealing_key=x25519.X25519PrivateKey.generate().public_key().public_bytes_raw())
        with grpc.secure_channel(address, grpc.ssl_channel_credentials(pem(roots))) as channel:
            answer = enrollment_pb2_grpc.EnrollmentStub(channel).Enroll(request, timeout=ANSWER_SECONDS)
        self.certify(answer.chain, answer.ca_roots)
        return answer

    def certify(self, chain, roots):
        self.chain, self.roots = pem(chain), pem(roots)

    def names(self):
        """The URIs in the certificate."""
        leaf = x509.load_pem_x509_certificate(self.chain)
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return names.get_values_for_type(x509.UniformResourceIdentifier)

    def channel(self, address):
        secret = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        credentials = grpc.ssl_channel_credentials(self.roots, secret, self.chain)
        # What is too much is for the collector to refuse, not for us.
        return grpc.secure_channel(address, credentials, options=[("grpc.max_send_message_length", -1)])


class Uplink:
    """One stream: what we say goes out in order, what the collector says comes back one by one.

    `raw` sends bytes as they are, for messages that no honest client can make.
    """

    def __init__(self, channel, raw=False, compression=None):
        self.outgoing = queue.Queue()
        serialize = (lambda data: data) if raw else uplink_pb2.AgentMessage.SerializeToString
        method = channel.stream_stream(
            "/cordon.v1.Uplink/Connect", request_serializer=serialize,
            response_deserializer=uplink_pb2.CollectorMessage.FromString)
        self.answers = method(iter(self.outgoing.get, None), timeout=60, compression=compression)

    def say(self, message):
        self.outgoing.put(message)

    def hear(self, kind):
        """The next message of a kind; others are passed over."""
        for message in self.answers:
            if message.WhichOneof("body") == kind:
                return getattr(message, kind)
        raise AssertionError(f"the stream ended before a {kind}")

    def end(self):
        self.outgoing.put(None)
        for _ in self.answers:
            pass

    def ending(self):
        """How the collector ended the stream."""
        try:
            for _ in self.answers:
                pass
        except grpc.RpcError as error:
            return error
        return None


def hello(lanes=(), ahead=0):
    """`ahead`: seconds by which our clock is ahead of the collector's."""
    greeting = uplink_pb2.Hello(
        protocol=1, version="python", epoch=EPOCH, boot_id="python", clock_ms=int((time.time() + ahead) * 1000))
    for lane, through in lanes:
        greeting.lanes.add(lane=lane, epoch=EPOCH, through=through)
    return uplink_pb2.AgentMessage(hello=greeting)


EPOCH = 0x5079_7468_6F6E_0001


def window(label, number):
    """One host's window; schema 1 had 16 features in the first version, and agents of it are still heard."""
    minute = int(time.time()) // 60 * 60_000
    return telemetry_pb2.Record(window=telemetry_pb2.EntityWindow(
        entity={"kind": "ENTITY_KIND_HOST", "label": label}, schema=1, start_ms=minute, length_ms=60_000,
        observations=number, features=[float(number)] * 16))


def batch(records, first, lane=telemetry_pb2.LANE_WINDOW, epoch=EPOCH):
    return uplink_pb2.AgentMessage(
        batch=uplink_pb2.Batch(lane=lane, epoch=epoch, first_sequence=first, records=records))


def load_site(path):
    return envelope_pb2.SiteBundle.FromString(Path(path).read_bytes())


def load_token(path):
    return re.sub(r"\s", "", Path(path).read_text())
