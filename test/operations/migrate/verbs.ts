/** What `berth-move` of a machine that exists nowhere does, as far as a move can tell. */

import { Declined } from "../../../operations/migrate/machines";

/** One machine: what is so on it. */
export interface Machine {
  phase: string;
  role: string;
  /** What may write to its database: nobody where it is fenced. */
  fenced: boolean;
  rows: number[];
  follows: boolean;
  /** It comes by dump: what was loaded last, of which freeze; undefined where it follows or nothing was. */
  loads: boolean;
  loaded: string | undefined;
  renounced: boolean;
  promoted: boolean;
  commit: string | undefined;
  runs: boolean;
  forwards: string | undefined;
  held: boolean;
  /** Since when requests wait. */
  heldAt: number | undefined;
  admits: string | undefined;
  journal: unknown;
  lock: { run: string; by: string; until: number } | undefined;
  /** Its containers are gone, and its commit is still noted. */
  takenDown: boolean;
  /** What acts by itself waits there. */
  beside: boolean;
  dead: boolean;
  /** What a move that ended has left there. */
  left: { at: string; to: string; services: string[]; bytes: number; aside: string[] } | undefined;
  /** Answers instead of the machine's own, by verb. */
  answers: Record<string, unknown>;
}

export const machine = (more: Partial<Machine>): Machine => ({
  ...{ phase: "none", role: "none", fenced: false, rows: [], follows: false, renounced: false },
  ...{ loads: false, loaded: undefined },
  ...{
    promoted: false,
    commit: undefined,
    runs: false,
    forwards: undefined,
    held: false,
    heldAt: undefined,
  },
  ...{
    admits: undefined,
    journal: null,
    lock: undefined,
    takenDown: false,
    beside: false,
    dead: false,
    left: undefined,
    answers: {},
  },
  ...more,
});

export const commit = "0123456789abcdef0123456789abcdef01234567";

/** What a machine says of itself, like one that serves a shop with a database and uploads. */
export const surveyed = {
  ...{ slug: "shop", commit, project: "shop", services: [{ service: "db" }] },
  databases: [
    {
      ...{
        service: "db",
        kind: "postgres",
        image: "postgres:17",
        imageId: "sha256:1",
        version: "17.7",
      },
      ...{ major: 17, collation: { provider: "libc", version: "2.41" }, checksums: false },
      ...{
        bytes: 10_000_000,
        names: ["shop"],
        sequences: 1,
        largeObjects: 0,
        unfenced: [],
        logins: ["shop"],
      },
    },
  ],
  files: [{ name: "uploads", place: "/uploads", bytes: 1000, entries: 2000 }],
  disk: { free: 20 * 1024 ** 3, total: 40 * 1024 ** 3 },
  memory: 4 * 1024 ** 3,
  cpu: { arch: "x86_64", flags: [] as string[] },
  blank: true,
  moving: null,
};

/** What a verb finds besides its own machine. */
export interface Yard {
  readonly old: Machine;
  readonly new: Machine;
  readonly now: number;
  readonly thawed: () => void;
}

const nothing = { databases: [], services: [] };

type Verb = (yard: Yard, at: Machine, words: readonly string[], said: unknown) => unknown;

const position = (at: Machine) => ({
  databases: { db: { position: String(at.rows.length), timeline: 1 } },
});
const refuse = (why: string): never => {
  throw new Declined(why);
};

/** What each verb does. */
export const verbs: Readonly<Record<string, Verb>> = {
  survey: (_, at) => {
    const { databases, services } = at.commit && !at.takenDown ? surveyed : nothing;
    const { commit, beside, left } = at;
    return { ...surveyed, commit, databases, services, beside, left };
  },
  room: (_, at) => {
    if (at.left && at.left.services.length > 0) {
      Object.assign(at.left, { services: [], aside: ["/volumes/pgdata/_data.berth-moved"] });
      at.takenDown = true;
    }
    return { aside: at.left?.aside ?? [] };
  },
  key: () => ({ key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== berth-move" }),
  offer: (_, __, ___, said) => ({
    account: "berth-move",
    ...{ database: { db: { password: "invented" } }, files: {} },
    way: (said as { way?: string }).way,
  }),
  lay: () => ({}),
  attach: (_, at) => {
    if (at.phase !== "sealed" && at.phase !== "moved") refuse("it is not sealed");
    return {};
  },
  follow: (yard, at, _, said) => {
    if (at.promoted) refuse("it serves");
    if (at.left && at.left.services.length > 0) refuse("has a copy of that server's data already");
    if (at.takenDown) refuse("no PostgreSQL of this name was delivered here");
    if ((said as { way?: string }).way === "dump") {
      Object.assign(at, { loads: true, renounced: false, role: "target", phase: "following" });
      return {};
    }
    Object.assign(at, {
      follows: true,
      renounced: false,
      role: "target",
      phase: "following",
      rows: [...yard.old.rows],
    });
    return {};
  },
  load: (yard, at, _, said) => {
    const { freeze } = said as { freeze: string };
    const answer = () => ({
      freeze,
      databases: { db: { rows: at.rows.length, bytes: 1000 } },
      seconds: { load: 1, compare: 1 },
    });
    if (at.loaded === freeze) return answer();
    if (!at.loads || at.renounced || at.promoted) refuse("comes to this machine by no dump");
    if (yard.old.phase !== "frozen") refuse("the other machine: is not frozen");
    Object.assign(at, { rows: [...yard.old.rows], loaded: String(yard.old.rows.length) });
    if (at.loaded !== freeze) throw new Error(`another freeze than ${freeze}: ${at.loaded}`);
    return answer();
  },
  files: (_, at, words) => {
    if (at.promoted && !words.includes("--last")) refuse("it serves");
    return {
      trees: [{ name: "uploads", entries: 2000, bytes: 1000, changed: 0, seconds: 0.4 }],
    };
  },
  lag: (_, at) => ({
    databases: { db: { streaming: at.follows, received: "1", replayed: "1", behindBytes: 0 } },
  }),
  hold: (yard, at) => {
    if (at.phase === "moved" || at.phase === "down") refuse("it does not serve");
    if (at.phase === "serving") Object.assign(at, { held: true, heldAt: yard.now });
    return {};
  },
  freeze: (yard, at) => {
    if (at.phase === "moved" || at.phase === "down") refuse("it does not serve");
    if (at.phase !== "sealed")
      Object.assign(at, { phase: "frozen", role: "source", fenced: true, held: true });
    const waited = (yard.now - (at.heldAt ?? yard.now)) / 1000;
    return { until: "2026-11-29T12:00:30Z", waited, ...position(at) };
  },
  seal: (_, at) => {
    if (at.phase !== "frozen" && at.phase !== "sealed") refuse("it is not frozen");
    Object.assign(at, { phase: "sealed", promoted: false });
    return position(at);
  },
  thaw: (yard, at, words) => {
    if (at.phase === "moved" || at.phase === "down") refuse("the new machine was promoted");
    if (at.phase === "sealed" && !words.includes("--never-promoted")) refuse("it is sealed");
    yard.thawed();
    return {};
  },
  renounce: (_, at) => {
    if (at.promoted) refuse("it was promoted");
    at.renounced = true;
    if (at.phase === "following") at.phase = "renounced";
    return {};
  },
  promote: (_, at, __, said) => {
    const wanted = (said as ReturnType<typeof position>).databases.db.position;
    if (at.renounced) refuse("it was renounced");
    if (at.loads && !at.promoted && at.loaded !== wanted) refuse("is of another freeze");
    if (!at.follows && !at.promoted && !at.loads) refuse("nothing follows here");
    if (!at.promoted && String(at.rows.length) !== wanted)
      refuse(`stands at ${at.rows.length}, not at ${wanted}`);
    Object.assign(at, { promoted: true, follows: false, phase: "promoted", runs: true });
    return {
      databases: { db: { timeline: 2 } },
      healthy: true,
      seconds: { replay: 0.1, promote: 0.1, start: 0.8 },
    };
  },
  return: (yard, at) => {
    if (!at.fenced) refuse("it serves");
    if (yard.new.loads) return void (at.phase = "moved");
    Object.assign(at, { phase: "moved", follows: true, rows: [...yard.new.rows] });
    return {};
  },
  takeover: (yard, at, words) => {
    const db = { received: String(at.rows.length), committed: "2026-11-29T12:00:00Z" };
    const said = { databases: { db: { ...db, synchronous: true } } };
    if (at.promoted) return { ...said, taken: true };
    if (!at.follows || at.phase !== "moved") refuse("follows no machine here");
    if (!yard.old.dead) refuse("answers this machine at port 443");
    if (words.includes("--look")) return { ...said, taken: false };
    Object.assign(at, { promoted: true, follows: false, fenced: false, runs: true });
    Object.assign(at, { role: "target", phase: "promoted" });
    return { ...said, taken: true };
  },
  fence: (_, at) => {
    if (at.phase !== "promoted" && at.phase !== "moved") refuse("it is not what was lost");
    Object.assign(at, { role: "source", phase: "moved", promoted: false, fenced: true });
    return {};
  },
  down: (_, at) => {
    if (at.promoted || (at.phase === "serving" && !at.fenced)) refuse("it serves");
    Object.assign(at, { runs: false, follows: false, takenDown: true });
    return {};
  },
  end: (_, at) => {
    if (at.phase === "frozen" || at.phase === "sealed") refuse("it is frozen");
    if (at.phase === "moved" && !at.left) {
      const told = { at: "2026-11-29T13:00:00Z", to: "stage-b", bytes: 10_000_000, aside: [] };
      Object.assign(at, { phase: "none", left: { ...told, services: ["db"] } });
    }
    Object.assign(at, {
      role: "none",
      follows: false,
      ...(at.renounced ? { runs: false, takenDown: true } : {}),
    });
    return { ended: true, aside: at.left?.aside ?? [] };
  },
  status: (_, at) => ({ role: at.role, phase: at.phase, since: null }),
  journal: (_, at, words, said) => {
    if (words.includes("--put")) at.journal = said;
    return { journal: at.journal };
  },
  lock: (yard, at, words) => {
    const run = words[words.indexOf("--run") + 1]!;
    const by = words[words.indexOf("--by") + 1]!;
    if (at.lock && at.lock.run !== run && at.lock.until > yard.now) {
      throw new Declined("it is locked", {
        ...at.lock,
        until: null,
        since: "2026-11-29T11:59:00Z",
      });
    }
    at.lock = { run, by, until: yard.now + 60_000 };
    return { by, run, mine: true };
  },
  unlock: (_, at) => {
    at.lock = undefined;
    return {};
  },
};
