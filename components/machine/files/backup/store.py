"""One request to S3 after another, each tried again while that may help."""

import dataclasses
import hashlib
import http.client
import random
import re
import socket
import ssl
import threading
import time
import urllib.parse
import xml.etree.ElementTree

from failures import BackupFailed
from sign import path_of, query_of, signed

# So long, in seconds, one request is tried again while S3 is away or not well.
PATIENCE = 900
# The longest pause between two tries, and the longest wait for an answer: to complete an upload takes minutes.
PAUSE = 20
ANSWER = 300
# So many bytes of an answer are read: it is a line or two.
LONGEST = 1 << 20
# What S3 says while it is not well, or is asked too much.
AGAIN = {"InternalError", "SlowDown", "ServiceUnavailable", "RequestTimeout", "OperationAborted", "ConditionalRequestConflict"}


@dataclasses.dataclass(frozen=True)
class Place:
    """Where archives go. `address`: of a server other than AWS's own, `https://host[:port]`. `owner`: the client's
    account of AWS that the bucket must be in, where it is none of the agency's: its name is free for anybody once it
    is deleted."""

    bucket: str
    region: str
    address: str = ""
    owner: str = ""

    @property
    def at(self):
        return self.address or f"https://s3.{self.region}.amazonaws.com"


@dataclasses.dataclass(frozen=True)
class Answer:
    """What S3 answered. `lost`: an earlier try may have been carried out, its answer did not come."""

    status: int
    headers: dict
    content: bytes
    lost: bool

    def text_of(self, name):
        """What stands in the first element of that name."""
        try:
            for each in xml.etree.ElementTree.fromstring(self.content).iter():
                if each.tag.rsplit("}", 1)[-1] == name:
                    return (each.text or "").strip()
        except xml.etree.ElementTree.ParseError:
            pass
        return ""

    @property
    def code(self):
        """The code of an error, also of one that comes with status 200; empty where there is none."""
        if self.status < 300 and b"<Error>" not in self.content:
            return ""
        return self.text_of("Code") or f"status {self.status}"

    @property
    def told(self):
        """The error for people, who see it in a terminal."""
        text = f"{self.code}: {self.text_of('Message')}".rstrip(": ")
        return re.sub(r"[^\x20-\x7e]", "?", text)[:300]


class Store:
    """One connection to a place. `patience`: seconds for which a request is tried again."""

    def __init__(self, place, credential, patience=PATIENCE):
        self.place, self._credential, self._patience = place, credential, patience
        self._address = urllib.parse.urlsplit(place.at)
        self._connection = None
        self._ended = threading.Event()

    def ask(self, method, key, query=None, headers=None, content=b"", final=(), patience=None):
        """The answer to a request. Errors whose code is in `final` are answers too; for all others it raises
        BackupFailed, after trying again where that may help."""
        patience = self._patience if patience is None else patience
        begun, pause, lost, trouble = time.monotonic(), 1, False, ""
        while True:
            try:
                answer = self._once(method, key, query or {}, headers or {}, content, lost)
                if not answer.code or answer.code in final:
                    return answer
                trouble = answer.told
                if answer.status < 500 and answer.code not in AGAIN:
                    raise BackupFailed(f"{key}: S3 refused: {trouble}{_advice(answer.code, self.place)}")
                # It may have been carried out all the same.
                lost = lost or answer.status >= 500 or answer.status < 300
            except (OSError, http.client.HTTPException) as problem:
                self.close()
                trouble = str(problem) or type(problem).__name__
                if isinstance(problem, ssl.SSLCertVerificationError):
                    raise BackupFailed(f"{self.place.at}: shows a certificate that is not trusted: {problem.verify_message}") from None
                lost = lost or not isinstance(problem, (ConnectionRefusedError, _NotReached))
            if time.monotonic() - begun + pause > patience or self._ended.is_set():
                raise BackupFailed(f"{key}: S3 was tried for {int(time.monotonic() - begun)} s: {trouble}")
            if self._ended.wait(pause * random.uniform(0.8, 1.2)):
                raise BackupFailed(f"{key}: was given up")
            pause = min(2 * pause, PAUSE)

    def end(self):
        """From another thread: what is asked just now fails, at once."""
        self._ended.set()
        connection = self._connection
        if connection and connection.sock:
            try:
                connection.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        if self._connection:
            self._connection.close()
            self._connection = None

    def _once(self, method, key, query, headers, content, lost):
        path, words = path_of(self.place.bucket, key), query_of(query)
        digest = hashlib.sha256(content).hexdigest()
        if self.place.owner:
            headers = {**headers, "x-amz-expected-bucket-owner": self.place.owner}
        sent = signed(self._credential, self.place.region, method, self._address.netloc, path, words, headers, digest)
        self._connect()
        self._connection.request(method, f"{path}?{words}" if words else path, content, sent)
        with self._connection.getresponse() as response:
            named = {name.lower(): value for name, value in response.headers.items()}
            found = Answer(response.status, named, response.read(LONGEST), lost)
            if response.read(1) or response.will_close:
                self.close()
        return found

    def _connect(self):
        if self._connection:
            return
        kind = http.client.HTTPSConnection if self._address.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._address.hostname, self._address.port, timeout=ANSWER)
        try:
            connection.connect()
        except ssl.SSLCertVerificationError:
            raise
        except OSError as problem:
            raise _NotReached(problem.strerror or str(problem)) from None
        self._connection = connection
        if self._ended.is_set():
            raise _NotReached("was given up")


class _NotReached(OSError):
    """Nothing was sent."""


def _advice(code, place):
    """What to do about a refusal, where that is known."""
    if code == "RequestTimeTooSkewed":
        return "; this machine's clock is wrong"
    if code in ("InvalidAccessKeyId", "SignatureDoesNotMatch"):
        return "; the credential is another one by now: run the update, which delivers it"
    if code in ("PermanentRedirect", "AuthorizationHeaderMalformed", "TemporaryRedirect"):
        return f"; the bucket is not in {place.region}"
    if code == "AccessDenied" and place.owner:
        return f"; {place.bucket} is to be in the account {place.owner} and to have the policy that berth backup --bucket-policy prints"
    return ""
