"""Packs standard input as a backup does: pack.py PROGRAM CHUNK < content > archive"""

import random
import sys

sys.path.insert(0, sys.argv[1])

import lrz  # noqa: E402

random.seed(1)
writer = lrz.Writer(sys.stdout.buffer, int(sys.argv[2]))
while part := sys.stdin.buffer.read(random.randint(1, 300_000)):
    writer.write(part)
writer.close()
