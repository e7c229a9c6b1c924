"""What the bench of backups runs: backups.py PROGRAM make DIRECTORY MIB | take KIND DIRECTORY | restore DIRECTORY TARGET

`take` and `restore` have JSON at standard input: place, key, credential. All answer JSON: seconds, peak (MiB of memory,
of the process and the largest it started), first (seconds to the first byte for S3) and bytes of the archive."""

import hashlib
import http.client
import json
import os
import random
import resource
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse

program, act, *words = sys.argv[1:]
sys.path.insert(0, program)

import archive  # noqa: E402
import sign  # noqa: E402
from store import Place  # noqa: E402
from upload import Upload  # noqa: E402

PIECE = 1 << 20


def make(directory, mib):
    """Half rows of a database as text, half files: pictures for the most part, which do not pack."""
    random.seed(14)
    half = int(mib) * PIECE // 2
    names = [random.randbytes(random.randint(3, 7)).hex() for _ in range(20_000)]
    # The rest of rows, of which each is used now and then: to think up each anew takes minutes.
    rests = [
        f"\t{' '.join(random.choices(names, k=2))}\t{random.randint(0, 10**9)}\t2026-11-{random.randint(1, 28):02d} 03:15:00+00\t{random.choice(names)}\n"
        for _ in range(300_000)
    ]
    with open(os.path.join(directory, "dump.sql"), "w", encoding="utf-8") as dump:
        row = 0
        while dump.tell() < half:
            dump.write("".join(f"{row + at}{rest}" for at, rest in enumerate(random.choices(rests, k=2_000))))
            row += 2_000
    made = 0
    while made < half:
        folder = os.path.join(directory, "files", str(made // (20 * PIECE)))
        os.makedirs(folder, exist_ok=True)
        size = random.choice((20_000, 200_000, 400_000, 900_000))
        text = random.random() < 0.2
        with open(os.path.join(folder, f"{made}.{'txt' if text else 'jpg'}"), "wb") as file:
            file.write(" ".join(random.choices(names, k=size // 12)).encode() if text else random.randbytes(size))
        made += size
    return {"bytes": 2 * half}


class Zstd:
    """In the place of the writer of lrzip's format."""

    def __init__(self, sink, _chunk=0):
        self.child = subprocess.Popen(["zstd", "-3", "-T1", "-q"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.carrying = threading.Thread(target=self.carry, args=(sink,))
        self.carrying.start()
        self.write = self.child.stdin.write

    def carry(self, sink):
        while part := self.child.stdout.read1(PIECE):
            sink.write(part)

    def close(self):
        self.child.stdin.close()
        self.carrying.join()
        self.child.wait()


class First:
    """Notes when the first bytes of content come: what an archive begins with holds none."""

    def __init__(self, sink, begun):
        self.sink, self.begun, self.after, self.bytes = sink, begun, None, 0

    def write(self, content):
        self.bytes += len(content)
        if self.after is None and self.bytes > 1_000:
            self.after = time.monotonic() - self.begun
        self.sink.write(content)


def chunks(path):
    with open(path, "rb") as file:
        while part := file.read(PIECE):
            yield part


def take(kind, directory, place, key, credential):
    begun = time.monotonic()
    upload = Upload(place, key, credential)
    out = First(upload, begun)
    if kind == "zstd":
        archive.lrz.Writer = Zstd
    dump = os.path.join(directory, "dump.sql")
    packed = archive.Archive(out)
    packed.member("databases/db/shop.sql", os.path.getsize(dump), chunks(dump))
    packed.tree("media", os.path.join(directory, "files"))
    packed.close()
    done = upload.complete()
    return {"seconds": time.monotonic() - begun, "first": out.after, "bytes": done["bytes"]}


def restore(directory, target, place, key, credential):
    """As the drill does it: as it comes, without the archive in a file."""
    begun = time.monotonic()
    address = urllib.parse.urlsplit(place.at)
    path = sign.path_of(place.bucket, key)
    headers = sign.signed(credential, place.region, "GET", address.netloc, path, "", {}, hashlib.sha256(b"").hexdigest())
    connection = http.client.HTTPSConnection(address.netloc, context=ssl.create_default_context())
    connection.request("GET", path, headers=headers)
    unpack = [sys.executable, "-I", "-B", os.path.join(program, "unpack.py")]
    reader = subprocess.Popen(unpack, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    tar = subprocess.Popen(["tar", "-xpf", "-", "-C", target], stdin=reader.stdout)
    reader.stdout.close()
    response, count = connection.getresponse(), 0
    while part := response.read(PIECE):
        reader.stdin.write(part)
        count += len(part)
    reader.stdin.close()
    if reader.wait() or tar.wait():
        raise SystemExit("the archive could not be restored")
    same = ["diff", "-r", os.path.join(directory, "files"), os.path.join(target, "files/media")]
    seconds = time.monotonic() - begun
    subprocess.run(same, check=True)
    subprocess.run(["cmp", os.path.join(directory, "dump.sql"), os.path.join(target, "databases/db/shop.sql")], check=True)
    return {"seconds": seconds, "bytes": count}


if act == "make":
    said = make(*words)
else:
    asked = json.load(sys.stdin)
    said = {"take": take, "restore": restore}[act](*words, Place(**asked["place"]), asked["key"], asked["credential"])
peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps({**said, "peak": sum(peaks) / 1024}))
