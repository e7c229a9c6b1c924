"""A MongoDB server beside the one that is there: of the same image, on a data directory of its own and without network.
A dump is loaded into it and judged there; then its data takes the place of what is there. MongoDB cannot rename a
database, so that what is loaded beside within one server would have to be copied to its place."""

import os
import subprocess
import threading
import time

import apart
import mongo_archive
from ground import Failed, environment, run, say
from laying import clear
from mongodb import DUMP, LOGIN

# Who reads an archive says what it did not take, in the last lines.
RESTORE = f"{LOGIN}tool mongorestore --archive"
# Seconds that a server may take to be up.
PATIENCE = 180
# While an image's own start makes accounts the server is up for that alone, and the first process is a shell.
SHELLS = ("sh", "bash", "dash", "docker-entrypoi")


class Beside:
    """`container`: of the service that is there, running or not. Raises Failed where its data cannot be exchanged."""

    def __init__(self, container):
        self.container, self.service = container, container.service
        store = apart.Store(container)
        self.target, self.data = store.target, store.data
        if any(word.startswith("--replSet") for word in container.command):
            raise Failed(f"{self.service}: is a member of a replica set, which is not restored by this command; by hand: mongorestore --archive")
        self.fresh, self.former = f"{self.data}.berth-new", f"{self.data}.berth-old"
        self.called = f"berth-beside-{container.name}"

    def begin(self):
        """An empty server. Nothing of a former try is there any more."""
        self.drop()
        clear(self.former)
        owner = os.stat(self.data)
        os.mkdir(self.fresh, owner.st_mode & 0o7777)
        os.chown(self.fresh, owner.st_uid, owner.st_gid)
        # What would fill it at its first start stays out: what is loaded is all of it.
        apart.start(self.container, self.called, self.fresh, self.target)
        self.awake(self.called)

    def awake(self, name):
        until = time.monotonic() + PATIENCE
        while True:
            first = run(["docker", "exec", name, "cat", "/proc/1/comm"]).out.strip()
            if first and first not in SHELLS:
                done = run(["docker", "exec", name, "sh", "-c", f"{DUMP} --db berth_awake >/dev/null"], seconds=60)
                if done.code == 0:
                    return
            if time.monotonic() > until:
                raise Failed(f"{self.service}: the server in {name} is not up after {PATIENCE} s: {run(['docker', 'logs', '--tail', '3', name]).last()}")
            time.sleep(0.3)

    def load(self, chunks):
        """Has mongorestore read a dump to its end. Raises Failed with its words where it does not."""
        # Ended below.
        child = subprocess.Popen(  # pylint: disable=consider-using-with
            ["docker", "exec", "-i", self.called, "sh", "-c", RESTORE], env=environment(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/"
        )
        said = []
        listener = threading.Thread(target=lambda: said.extend(child.stderr.read()[-2000:].decode(errors="replace").splitlines()), daemon=True)
        listener.start()
        try:
            for chunk in chunks:
                child.stdin.write(chunk)
            child.stdin.close()
        except BrokenPipeError:
            for _ in chunks:
                pass
        code = child.wait()
        listener.join(10)
        if code != 0:
            raise Failed(f"{self.service}: mongorestore failed: {'; '.join(said[-3:]) or f'it ended with {code}'}")

    def judge(self, declared):
        """Raises Failed where what is there is not what was dumped. Answers how many documents are."""
        read = self.read()
        wrong = mongo_archive.compared(declared["collections"], read)
        if wrong:
            raise Failed(f"{self.service}: {'; '.join(wrong[:10])} (loaded into {self.container.image})")
        return sum(each["documents"] for each in declared["collections"])

    def read(self):
        """What is in it now, by another dump."""
        read = mongo_archive.MongoArchive()
        words = ["docker", "exec", self.called, "sh", "-c", DUMP]
        with subprocess.Popen(words, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/") as child:
            try:
                while chunk := child.stdout.read1(1 << 18):
                    read.feed(chunk)
            except mongo_archive.Unreadable as problem:
                raise Failed(f"{self.service}: could not be read again: {problem}") from None
        if child.returncode != 0 or read.unfinished():
            raise Failed(f"{self.service}: could not be read again: mongodump ended with {child.returncode}")
        return read

    def end(self):
        """The server beside ends, whatever it is at; its data stays."""
        apart.end(self.container, self.called)

    def swap(self):
        """What was loaded takes the place of what is there, which is kept beside it."""
        self.end()
        self.stop()
        clear(self.former)
        os.rename(self.data, self.former)
        os.rename(self.fresh, self.data)
        self.serve()

    def swap_back(self):
        """What was there before is again where it was, and serves, however far it had come."""
        if os.path.isdir(self.former):
            self.end()
            self.stop()
            if os.path.isdir(self.data):
                clear(self.fresh)
                os.rename(self.data, self.fresh)
            os.rename(self.former, self.data)
        self.serve()

    def stop(self):
        run(["docker", "stop", "-t", "60", self.container.id], seconds=90)
        if run(["docker", "inspect", "-f", "{{.State.Running}}", self.container.id]).out.strip() != "false":
            raise Failed(f"{self.service}: the database does not stop")

    def serve(self):
        done = run(["docker", "start", self.container.id])
        if done.code != 0:
            raise Failed(f"{self.service}: the database does not start: {done.last()}")
        self.awake(self.container.id)
        say(f"{self.service}: serves again")

    def drop(self):
        """Nothing of what was loaded is left."""
        self.end()
        clear(self.fresh)

    def done(self):
        """What was there before goes."""
        clear(self.former)
