"""Writes, cuts, renames, replaces and deletes files of a directory at random, until it is ended: churn.py _ ROOT SEED"""

import os
import random
import sys

root = sys.argv[2]
random.seed(int(sys.argv[3]))


def place():
    return os.path.join(root, random.choice("abcdef"), f"{random.randint(0, 30)}")


def change():
    path, other = place(), place()
    what = random.random()
    if what < 0.3:
        with open(path, "ab") as file:
            file.write(random.randbytes(random.choice((10, 5_000, 300_000))))
        if os.path.getsize(path) > 8 << 20:
            os.truncate(path, random.randint(0, 6 << 20))
    elif what < 0.45:
        with open(path, "r+b") as file:
            file.seek(random.randint(0, 100_000))
            file.write(b"written to within")
    elif what < 0.55:
        os.truncate(path, random.randint(0, 5 << 20))
    elif what < 0.65:
        os.rename(path, other)
    elif what < 0.75:
        os.remove(path)
    elif what < 0.82:
        os.link(path, other)
    elif what < 0.88:
        os.symlink(random.choice(("nowhere", "/etc/passwd")), path)
    elif what < 0.94:
        os.mkdir(path)
    else:
        os.rmdir(path)


for folder in "abcdef":
    os.makedirs(os.path.join(root, folder), exist_ok=True)
for number in range(100):
    with open(place(), "wb") as file:
        file.write(random.randbytes(random.choice((100, 20_000, 5 << 20))))
print("begun", flush=True)
while True:
    try:
        change()
    except OSError:
        continue
