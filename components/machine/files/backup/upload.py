"""Writes objects that must not exist yet, with a credential that can do nothing else (components/backups)."""

import base64
import concurrent.futures
import hashlib
import zlib
from xml.sax.saxutils import escape

from failures import BackupFailed, BeginAnew, Exists
from store import PATIENCE, Store

# S3 takes 10,000 parts of an upload: 64 GB in small ones, which keep memory low, and 384 GB in large ones.
PARTS = 10_000
SMALL_PARTS, SMALL, LARGE = 4_000, 16 << 20, 64 << 20
# So long, in seconds, giving up an upload is tried.
GIVE_UP = 5
ABSENT = {"If-None-Match": "*"}


def put(place, key, credential, content, patience=PATIENCE):
    """Writes a small object in one piece. Answers the version that S3 made of it, empty in a bucket that keeps none. Raises Exists where one of that name is there, BackupFailed where S3 refuses
    or stays away for `patience` seconds."""
    store = Store(place, credential, patience)
    try:
        headers = {**ABSENT, "x-amz-checksum-crc32": _base64(zlib.crc32(content))}
        answer = store.ask("PUT", key, headers=headers, content=content, final=("PreconditionFailed",))
        if answer.code:
            raise Exists(f"{key}: is there already", answer.lost)
        version = answer.headers.get("x-amz-version-id", "")
        return "" if version == "null" else version
    finally:
        store.close()


class Upload:
    """An object that is written as it comes, in parts, and exists only once `complete` has answered. Holds two parts in
    memory: one is sent while the next one comes. `place`: a store.Place; `credential`: accessKeyId and
    secretAccessKey. All of these raise BackupFailed; after it, `abort`."""

    def __init__(self, place, key, credential, patience=PATIENCE):
        self.key = key
        self._again = (place, credential)
        self._store = Store(place, credential, patience)
        self._buffer, self._parts = bytearray(), []
        self._digest, self._crc, self._bytes = hashlib.sha256(), 0, 0
        self._sender, self._sent = concurrent.futures.ThreadPoolExecutor(1), None
        self._id = None
        headers = {"x-amz-checksum-algorithm": "CRC32", "x-amz-checksum-type": "FULL_OBJECT"}
        answer = self._store.ask("POST", key, {"uploads": ""}, headers)
        self._id = answer.text_of("UploadId")
        if not self._id:
            raise BackupFailed(f"{key}: S3 began no upload")

    def write(self, content):
        content = memoryview(content)
        self._digest.update(content)
        self._crc = zlib.crc32(content, self._crc)
        self._bytes += len(content)
        while content:
            size = SMALL if len(self._parts) < SMALL_PARTS else LARGE
            room = size - len(self._buffer)
            self._buffer += content[:room]
            content = content[room:]
            if len(self._buffer) == size:
                self._send()

    def complete(self):
        """Makes the object. Answers {key, bytes, sha256}. Raises Exists where one of that name is there, BeginAnew
        where S3 has forgotten the upload or another one of that name was in its way."""
        if self._buffer or self._sent is None:
            self._send()
        self._settle()
        headers = {
            **ABSENT,
            "x-amz-checksum-crc32": _base64(self._crc),
            "x-amz-checksum-type": "FULL_OBJECT",
            "x-amz-mp-object-size": str(self._bytes),
        }
        final = ("PreconditionFailed", "NoSuchUpload", "ConditionalRequestConflict")
        answer = self._store.ask("POST", self.key, {"uploadId": self._id}, headers, _whole(self._parts), final)
        if answer.code and not self._was_completed(answer):
            self.abort()
            if answer.code == "PreconditionFailed":
                raise Exists(f"{self.key}: is there already")
            raise BeginAnew(f"{self.key}: the upload cannot be completed: {answer.told}")
        self._sender.shutdown()
        self._store.close()
        return {"key": self.key, "bytes": self._bytes, "sha256": self._digest.hexdigest()}

    def abort(self):
        """Gives up what was sent, in seconds. What S3 keeps of it all the same is cleared by the bucket's lifecycle."""
        self._store.end()
        self._sender.shutdown()
        self._store.close()
        self._buffer = bytearray()
        if self._id:
            store = Store(*self._again, GIVE_UP)
            try:
                store.ask("DELETE", self.key, {"uploadId": self._id}, final=("NoSuchUpload",))
            except BackupFailed:
                pass
            store.close()
        self._id = None

    def _was_completed(self, answer):
        """Has an earlier try made the object, whose answer was lost? Then the upload is none any more. This credential
        cannot ask for the object itself."""
        if answer.code == "ConditionalRequestConflict" or not answer.lost:
            return False
        if answer.code == "NoSuchUpload":
            return True
        return self._store.ask("DELETE", self.key, {"uploadId": self._id}, final=("NoSuchUpload",)).code == "NoSuchUpload"

    def _send(self):
        """Hands the next part over, once the one before it is there."""
        self._settle()
        if len(self._parts) == PARTS:
            raise BackupFailed(f"{self.key}: is larger than an object can be")
        content, self._buffer = self._buffer, bytearray()
        self._sent = self._sender.submit(self._part, len(self._parts) + 1, content)

    def _settle(self):
        if self._sent:
            self._sent.result()

    def _part(self, number, content):
        crc = _base64(zlib.crc32(content))
        query = {"partNumber": str(number), "uploadId": self._id}
        answer = self._store.ask("PUT", self.key, query, {"x-amz-checksum-crc32": crc}, content, ("NoSuchUpload",))
        if answer.code:
            raise BeginAnew(f"{self.key}: S3 has forgotten the upload")
        self._parts.append((answer.headers.get("etag", ""), crc))


def _whole(parts):
    """What an upload is completed by."""
    each = "".join(
        f"<Part><PartNumber>{number}</PartNumber><ETag>{escape(etag)}</ETag><ChecksumCRC32>{crc}</ChecksumCRC32></Part>"
        for number, (etag, crc) in enumerate(parts, 1)
    )
    return f'<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{each}</CompleteMultipartUpload>'.encode()


def _base64(checksum):
    return base64.b64encode(checksum.to_bytes(4, "big")).decode()
