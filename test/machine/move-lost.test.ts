import { describe, expect, it } from "vitest";

import { call } from "./move-call";

describe("a machine that follows one that was lost", () => {
  /** What serves, what is said of the other machine, and how far the move is. */
  const follower = `
import lost, promote, standby, socket
class Server:
    service = "db"
    recovery, streaming, running = True, False, True
    class container: name = "shop-db-1"
    def runs(self): return self.running
    def recovering(self): return self.recovery
    def tell(self, script): return {"streaming": self.streaming, "received": "0/3000148", "committed": None, "synchronous": True}
    def talking(self):
        import contextlib
        return contextlib.nullcontext()
server, did = Server(), []
lost.servers = lambda move: {"db": server}
promote.raised = lambda server: did.append("promoted") or 3
promote.start = lambda move: did.append("started")
lost.say = lambda text: None
lost.PORTS = ()
for name in ("promised.json", "way.json", "phase.json", "marker"): move.drop(name)
move.keep("following.json", {"db": {"phase": "following", "data": "/d"}})
move.enter("source", "moved")
told = {"address": "203.0.113.9"}
def refused(act):
    try: return act()
    except lost.Refused as problem: return str(problem)
`;

  it("serves with what it received once it was looked at, and is asked again after a cut", () => {
    const said = call<unknown[]>(`${follower}
move.keep("version.json", {"commit": "c"})
look = lost.takeover(move, told, True)
before = [list(did), move.phase()["phase"], move.kept("promised.json")]
def cut(server): raise KeyboardInterrupt
raised, promote.raised = promote.raised, cut
try: lost.takeover(move, told, False)
except KeyboardInterrupt: pass
promote.raised = raised
# By then nobody asks whether the other one is back.
server.streaming = True
done = lost.takeover(move, told, False)
again = lost.takeover(move, told, True)
print(json.dumps([look["taken"], before, done["databases"]["db"], did, move.phase()["phase"], again["taken"], move.kept("version.json")]))`);
    expect(said).toEqual([
      false,
      [[], "moved", null],
      { received: "0/3000148", committed: null, synchronous: true, timeline: 3 },
      ["promoted", "started"],
      "promoted",
      true,
      // What it was delivered before it was left binds no move that goes on from here.
      null,
    ]);
  });

  it.each([
    [
      "it receives yet",
      "server.streaming = True",
      "receives from the other machine at this moment",
    ],
    ["its database is down", "server.running = False", "start it: docker start shop-db-1"],
    ["it was promoted by hand", "server.recovery = False", "somebody promoted it by hand"],
    ["it never came to follow", `move.keep("following.json", {})`, "no database follows here"],
    ["its move has ended", `move.drop("phase.json")`, "follows no machine here"],
    ["it was moved by a dump", `move.keep("way.json", {"way": "dump"})`, "was moved by a dump"],
    [
      "the other machine answers",
      `listening = socket.create_server(("127.0.0.1", 0)); lost.PORTS = (listening.getsockname()[1],); told = {"address": "127.0.0.1"}`,
      "127.0.0.1: answers this machine at port",
    ],
    ["it is not told which", "told = {}; lost.PORTS = (1,)", "address: that of the other machine"],
  ])("stays what it is where %s", (_, what, why) => {
    const [look, act, kept, phase] = call<[string, string, unknown, string[]]>(`${follower}
${what}
phase = move.phase()
said = [refused(lambda: lost.takeover(move, told, look)) for look in (True, False)]
print(json.dumps([*said, move.kept("promised.json"), [str(did), str(phase == move.phase())]]))`);
    expect(look).toContain(why);
    expect(act).toBe(look);
    expect(kept).toBeNull();
    expect(phase).toEqual(["[]", "True"]);
  });
});

describe("a machine that was lost and is back", () => {
  const back = `
import os, tempfile, cluster, fence, lost
data = tempfile.mkdtemp(dir=move.root)
os.mkdir(data + "/global")
import struct
with open(data + "/global/pg_control", "wb") as file:
    file.write(struct.pack("<QIIi4xqQQI", 7 << 32, 1700, 0, 6, 0, 0x1000028, 0, 2))
did = []
class Server:
    service, stops = "db", ["SIGINT"]
    def __init__(self): self.data = data
    def runs(self): return True
    def restart(self, policy): did.append(f"restart {policy}")
    def stop(self, seconds, signal="SIGINT"):
        did.append(f"{signal}, {'fenced' if cluster.is_fenced(data) else 'open'}")
        return signal in self.stops
server = Server()
lost.servers = lambda move: {"db": server}
lost.units.gone = lambda move, verb: did.append(f"no {verb}")
lost.writers.stop = lambda move: did.append(f"writers stop, marked {move.kept('marker')['role']}")
for name in ("promised.json", "phase.json", "marker"): move.drop(name)
move.keep("promised.json", {"what": "promoted"})
`;

  it("stops what acts first, and its databases in a way in which whoever starts them gets read-only ones", () => {
    const said = call<unknown[]>(`${back}
move.enter("target", "promoted")
server.stops = ["SIGKILL"]
answer = lost.fence_off(move, {"address": "203.0.113.9"})
first, did[:] = list(did), []
again = lost.fence_off(move, {"address": "203.0.113.9"})
print(json.dumps([answer, first, move.phase()["role"], move.phase()["phase"], move.kept("promised.json"), again == answer]))`);
    expect(said).toEqual([
      { fenced: true, databases: { db: { state: "in production" } } },
      [
        ...["no guard", "writers stop, marked moved", "restart no"],
        ...["SIGINT, fenced", "SIGQUIT, fenced", "SIGKILL, fenced"],
      ],
      ...["source", "moved", null, true],
    ]);
  });

  it("is stopped by no mistake: one that follows, or that no move has made serve, is not what was lost", () => {
    const said = call<string[]>(`${back}
said = []
for phase in (None, ("target", "following"), ("source", "serving")):
    if phase: move.enter(*phase)
    try: lost.fence_off(move, {"address": "203.0.113.9"})
    except lost.Refused as problem: said.append(str(problem))
print(json.dumps([*said, str(did), str(move.kept("marker"))]))`);
    for (const each of said.slice(0, 3)) expect(each).toContain("is not what was lost");
    expect(said.slice(3)).toEqual(["[]", "None"]);
  });
});
