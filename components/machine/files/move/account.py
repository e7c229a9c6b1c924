"""The account by which the other machine's tunnel comes in for as long as a move lasts: it reaches a few ports of this
machine's own address, and nothing else."""

import ipaddress
import os
import pwd
import re
import time

from ground import Failed, Refused, run, write

ACCOUNT, HOME = "berth-move", "/var/lib/berth-move"
LIST = f"{HOME}/.ssh/authorized_keys"
KEY = re.compile(r"ssh-ed25519 [A-Za-z0-9+/]+={0,2}")
PRIVATE = "key"
# Seconds that sessions get to end once nobody is let in.
PATIENCE = 15


def key(move):
    """This move's public key, made here at the first call. The private half never leaves this machine."""
    path = move.of(PRIVATE)
    if not os.path.exists(f"{path}.pub"):
        move.drop(PRIVATE)
        done = run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"move of {move.slug}", "-f", path])
        if done.code != 0:
            raise Failed(f"ssh-keygen: {done.last()}")
    with open(f"{path}.pub", encoding="utf-8") as file:
        return {"key": " ".join(file.read().split()[:2])}


def judge(peer):
    """Refuses what cannot come in, before anything is touched. `peer`: {key, address} of the other machine."""
    if not isinstance(peer.get("key"), str) or not KEY.fullmatch(peer["key"]):
        raise Refused("key: is no public key of ed25519; take the one that `berth-move key` answers on the other machine")
    try:
        address = ipaddress.ip_address(peer.get("address"))
    except ValueError:
        raise Refused(f"address: {peer.get('address')!r} is no address of the other machine") from None
    entry = entry_of()
    if entry and (entry.pw_uid >= 1000 or entry.pw_dir != HOME):
        raise Refused(f"account {ACCOUNT}: exists and is not the one that moves come in by; rename it")
    judge_sshd(str(address))


def judge_sshd(address):
    """A machine that Berth did not make may have an sshd that lets nobody forward, or some people in alone."""
    done = run(["sshd", "-T", "-C", f"user={ACCOUNT},host={address},addr={address},laddr=0.0.0.0,lport=22"])
    said = {}
    for line in done.out.splitlines():
        word, _, value = line.partition(" ")
        said.setdefault(word, []).append(value)
    if said.get("allowtcpforwarding", ["yes"])[0] not in ("yes", "all", "local") or said.get("disableforwarding", ["no"])[0] != "no":
        raise Refused(f"sshd: forwards nothing for {ACCOUNT}; let AllowTcpForwarding be local for this account for as long as the move lasts")
    for word in ("allowusers", "allowgroups"):
        if word in said and ACCOUNT not in " ".join(said[word]).split():
            raise Refused(f"sshd: {word} does not name {ACCOUNT}; add it for as long as the move lasts")


def let_in(move, peer, ports):
    """The other machine's key reaches these ports of this machine's own address, from its address alone."""
    entry = entry_of()
    if entry is None:
        words = ["--system", "--user-group", "--no-create-home", "--home-dir", HOME, "--shell", "/usr/sbin/nologin", "--password", "*"]
        done = run(["useradd", *words, "--comment", "Moves of projects", ACCOUNT])
        if done.code != 0:
            raise Failed(f"account {ACCOUNT}: {done.last()}")
    for folder in (HOME, os.path.dirname(LIST)):
        os.makedirs(folder, mode=0o755, exist_ok=True)
    opened = ",".join(f'permitopen="127.0.0.1:{port}"' for port in ports)
    # sshd takes "none" for no port only where something is permitted: a port that nobody can have does the same.
    line = f'from="{peer["address"]}",restrict,port-forwarding,{opened},permitlisten="127.0.0.1:1" {peer["key"]} {mark_of(move)}'
    put([*(each for each in lines() if not each.endswith(f" {mark_of(move)}")), line])


def shut_out(move):
    """The key lets nobody in any more; the account goes with the last one. Ends what came in by it."""
    left = [each for each in lines() if not each.endswith(f" {mark_of(move)}")]
    if left:
        put(left)
        return
    if entry_of():
        # First no new session, then none at all: the order of a door that is closed.
        if os.path.exists(LIST):
            os.remove(LIST)
        until = time.monotonic() + PATIENCE
        while True:
            # Who was on the way in when the door closed is in by now: the other machine's tunnel comes again and again.
            run(["pkill", "-KILL", "-U", ACCOUNT])
            done = run(["userdel", ACCOUNT])
            if done.code == 0:
                break
            if time.monotonic() > until:
                raise Failed(f"account {ACCOUNT}: {done.last()}")
            time.sleep(0.2)
    for folder in (os.path.dirname(LIST), HOME):
        if os.path.isdir(folder):
            os.rmdir(folder)


def mark_of(move):
    return f"berth-move:{move.slug}"


def entry_of():
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        return None


def lines():
    if not os.path.exists(LIST):
        return []
    with open(LIST, encoding="utf-8") as file:
        return [line for line in file.read().splitlines() if line]


def put(text):
    write(LIST, "".join(f"{line}\n" for line in text), 0o644)
