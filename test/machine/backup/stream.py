"""Archives so many MiB of a stream and says what it took: stream.py PROGRAM MIB [RECIPIENT...] > archive

Half of the content packs well and half does not. Standard error has JSON: peak memory in MiB, and how much of the
content had been read when the first MiB of the archive was there."""

import hashlib
import json
import os
import resource
import sys

sys.path.insert(0, sys.argv[1])

from archive import Archive  # noqa: E402
from seal import Sealed  # noqa: E402

size = int(sys.argv[2]) << 20
read, first = 0, None


class Out:
    def __init__(self):
        self.written = 0

    def write(self, content):
        global first
        sys.stdout.buffer.write(content)
        self.written += len(content)
        if first is None and self.written > 1 << 20:
            first = read


def chunks():
    global read
    while read < size:
        part = os.urandom(1 << 19) + b"INSERT INTO orders VALUES (1, 'one');\n" * 14_000
        part = part[: min(1 << 20, size - read)]
        read += len(part)
        yield part


out = Out()
sink = Sealed(out, sys.argv[3:]) if len(sys.argv) > 3 else out
archive = Archive(sink)
count, digest = archive.member("databases/db/shop.sql", size + 65536, chunks(), b"\n")
archive.close()
if sink is not out:
    sink.close()
sys.stdout.buffer.flush()
# Its own as the kernel counts it for this program: ru_maxrss has what the program had before that started it.
with open("/proc/self/status", encoding="ascii") as status:
    own = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
peak = own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps({"peak": peak / 1024, "first": first / (1 << 20), "bytes": count, "sha256": digest}), file=sys.stderr)
