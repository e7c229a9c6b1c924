"""Encrypts an archive on its way, to keys of which the machine holds the public halves alone."""

import re
import subprocess
import tempfile
import threading

from failures import BackupFailed

RECIPIENT = re.compile(r"age1[02-9ac-hj-np-z]{58}")
PIECE = 256 << 10


def check_recipients(recipients):
    """Raises BackupFailed for what are no two keys or more that age encrypts to. One of them is kept offline: with a
    single key, whoever loses it loses every archive."""
    for each in recipients:
        if not RECIPIENT.fullmatch(each):
            raise BackupFailed(f"recipient {each[:80]!r}: is no public key of age (age1…); age-keygen -y KEYFILE prints it")
    if len(set(recipients)) < 2:
        raise BackupFailed("recipients: is one key; declare two, of which one is kept offline")


class Sealed:
    """Takes bytes and writes them to `sink` encrypted (age), in constant memory. `close` ends it, the sink stays open;
    `abort` ends the program that encrypts. Raises BackupFailed, and what `sink.write` raises."""

    def __init__(self, sink, recipients, program="age"):
        check_recipients(recipients)
        self._sink, self._problem = sink, None
        # What it complains of goes to a file: nobody reads a pipe meanwhile.
        self._told = tempfile.TemporaryFile()  # pylint: disable=consider-using-with
        command = [program] + [word for each in recipients for word in ("-r", each)]
        try:
            self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._told)
        except FileNotFoundError:
            raise BackupFailed(f"{program} is not installed") from None
        self._pump = threading.Thread(target=self._carry, daemon=True)
        self._pump.start()

    def write(self, content):
        self._check()
        try:
            self._child.stdin.write(content)
        except OSError:
            self._pump.join()
            self._check()
            raise BackupFailed(f"the archive cannot be encrypted: {self._complaint()}") from None

    def close(self):
        try:
            self._child.stdin.close()
        except OSError:
            pass
        self._pump.join()
        code = self._child.wait()
        self._check()
        if code != 0:
            raise BackupFailed(f"the archive cannot be encrypted: {self._complaint()}")
        self._told.close()

    def abort(self):
        self._child.kill()
        self._child.wait()
        self._pump.join()
        try:
            self._child.stdin.close()
        except OSError:
            pass
        self._told.close()

    def _carry(self):
        try:
            while part := self._child.stdout.read1(PIECE):
                self._sink.write(part)
        except Exception as problem:  # pylint: disable=broad-exception-caught
            self._problem = problem
            # Whoever writes is to see it, and not to wait for ever.
            self._child.kill()

    def _check(self):
        if self._problem:
            raise self._problem

    def _complaint(self):
        self._told.seek(0)
        return self._told.read(500).decode(errors="replace").strip().replace("\n", "; ") or "age ended"
