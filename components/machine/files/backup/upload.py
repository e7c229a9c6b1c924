"""Writes objects that must not exist yet, with a credential that can do nothing else (components/backups)."""

import base64
import hashlib
import zlib
from xml.sax.saxutils import escape

from failures import BackupFailed, BeginAnew, Exists
from store import PATIENCE, Store

# S3 takes 10,000 parts of an upload. So many small ones keep memory low for what most projects are: 1 TB in all.
PARTS = 10_000
SMALL_PARTS, SMALL, LARGE = 4_000, 16 << 20, 128 << 20
# So long, in seconds, giving up an upload is tried.
GIVE_UP = 5
ABSENT = {"If-None-Match": "*"}


def put(place, key, credential, content, patience=PATIENCE):
    """Writes a small object in one piece. Raises Exists where one of that name is there, BackupFailed where S3 refuses
    or stays away for `patience` seconds."""
    store = Store(place, credential, patience)
    try:
        headers = {**ABSENT, "x-amz-checksum-crc32": _base64(zlib.crc32(content))}
        answer = store.ask("PUT", key, headers=headers, content=content, final=("PreconditionFailed",))
        if answer.code:
            raise Exists(f"{key}: is there already", answer.lost)
    finally:
        store.close()


class Upload:
    """An object that is written as it comes, in parts, and exists only once `complete` has answered. Holds one part in
    memory. `place`: a store.Place; `credential`: accessKeyId and secretAccessKey. Raises BackupFailed."""

    def __init__(self, place, key, credential, patience=PATIENCE):
        self.key = key
        self._store = Store(place, credential, patience)
        self._buffer, self._parts = bytearray(), []
        self._digest, self._crc, self._bytes = hashlib.sha256(), 0, 0
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
                self._part()

    def complete(self):
        """Makes the object. Answers {key, bytes, sha256}. Raises Exists where one of that name is there, BeginAnew
        where S3 has forgotten the upload or another one of that name was in its way."""
        if self._buffer or not self._parts:
            self._part()
        parts = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{escape(etag)}</ETag><ChecksumCRC32>{crc}</ChecksumCRC32></Part>"
            for number, (etag, crc) in enumerate(self._parts, 1)
        )
        text = f'<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{parts}</CompleteMultipartUpload>'
        headers = {
            **ABSENT,
            "x-amz-checksum-crc32": _base64(self._crc),
            "x-amz-checksum-type": "FULL_OBJECT",
            "x-amz-mp-object-size": str(self._bytes),
        }
        final = ("PreconditionFailed", "NoSuchUpload", "ConditionalRequestConflict")
        answer = self._store.ask("POST", self.key, {"uploadId": self._id}, headers, text.encode(), final)
        if answer.code and not self._was_completed(answer):
            self.abort()
            if answer.code == "PreconditionFailed":
                raise Exists(f"{self.key}: is there already")
            raise BeginAnew(f"{self.key}: the upload cannot be completed: {answer.told}")
        self._store.close()
        return {"key": self.key, "bytes": self._bytes, "sha256": self._digest.hexdigest()}

    def abort(self):
        """Gives up what was sent. What S3 keeps of it all the same is cleared by the bucket's lifecycle."""
        if self._id:
            try:
                self._store.ask("DELETE", self.key, {"uploadId": self._id}, final=("NoSuchUpload",), patience=GIVE_UP)
            except BackupFailed:
                pass
        self._id = None
        self._buffer.clear()
        self._store.close()

    def _was_completed(self, answer):
        """Has an earlier try made the object, whose answer was lost? Then the upload is none any more. This credential
        cannot ask for the object itself."""
        if answer.code == "ConditionalRequestConflict" or not answer.lost:
            return False
        if answer.code == "NoSuchUpload":
            return True
        return self._store.ask("DELETE", self.key, {"uploadId": self._id}, final=("NoSuchUpload",)).code == "NoSuchUpload"

    def _part(self):
        if len(self._parts) == PARTS:
            raise BackupFailed(f"{self.key}: is larger than an object can be")
        content = bytes(self._buffer)
        self._buffer.clear()
        query = {"partNumber": str(len(self._parts) + 1), "uploadId": self._id}
        crc = _base64(zlib.crc32(content))
        answer = self._store.ask("PUT", self.key, query, {"x-amz-checksum-crc32": crc}, content, ("NoSuchUpload",))
        if answer.code:
            raise BeginAnew(f"{self.key}: S3 has forgotten the upload")
        self._parts.append((answer.headers.get("etag", ""), crc))


def _base64(checksum):
    return base64.b64encode(checksum.to_bytes(4, "big")).decode()
