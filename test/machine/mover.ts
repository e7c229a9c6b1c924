import { expect } from "vitest";

import { evidenceScript } from "../../components/machine/questions";
import type { Finished } from "../../packages/local-cloud/hosts/process";
import { site } from "./front";
import { delivery, type Files } from "./quay";
import { backedUp, dataProject, Vault } from "./vault";

/** Writes down what it has once it is asked to end, which takes it longer than what never ends is given. */
const keeper = `import signal, time
def end(*_):
    time.sleep(2)
    open("/kept/last", "w").write("kept")
    raise SystemExit
signal.signal(signal.SIGTERM, end)
while True: time.sleep(60)
`;

/** A volume that is a directory of the machine, which Docker mounts as long as a container has it. */
const elsewhere = (name: string) =>
  `{driver_opts: {type: none, o: bind, device: /srv/elsewhere/${name}}}`;

/**
 * A project with a database, a volume of files, uploads in its checkout, a worker that never ends by itself, one that writes
 * down something at its end, and what looks at the database's own files and asks it by its socket.
 */
const movedProject: Files = {
  ...dataProject,
  "docker-compose.yml": dataProject["docker-compose.yml"]!.replace(
    `volumes: ["media:/media"]`,
    `volumes: ["media:/media", "./uploads:/uploads"]`,
  )
    .replace(
      "  db:\n",
      `  worker: {image: "python:3", command: ["sleep", "1000000"], restart: always}
  keeper:
    image: python:3
    command: ["python3", "/keeper.py"]
    volumes: ["./keeper.py:/keeper.py:ro", "kept:/kept"]
  watcher:
    image: python:3
    command: ["sleep", "1000000"]
    volumes: ["pgdata:/pgdata:ro", "sockets:/sockets"]
  db:\n`,
    )
    .replace("pgdata:/var", `sockets:/var/run/postgresql", "pgdata:/var`)
    .replace("media: {}}", `media: {}, sockets: {}, kept: ${elsewhere("kept")}}`)
    .replace("pgdata: {}", `pgdata: ${elsewhere("pgdata")}`)
    .replace("  nginx:\n", "  nginx:\n    restart: always\n")
    .replace("    image: postgres:17\n", "    image: postgres:17\n    restart: always\n"),
  "keeper.py": keeper,
  ".gitignore": "docker-compose.override.yml\n.env\nuploads/\n",
};

/** What `offer` answers, as far as tests read it. */
export interface Offer {
  readonly account: string;
  readonly database: Readonly<Record<string, { readonly port: number }>>;
  readonly files: { readonly port: number; readonly password: string; readonly names: string[] };
}

/** What a pass over files answers. */
export interface Passed {
  readonly trees: readonly {
    readonly name: string;
    readonly entries: number;
    readonly changed: number;
    readonly seconds: number;
    readonly skipped: readonly string[];
    readonly differed: readonly string[];
  }[];
}

/** A machine that serves a project, backs it up, and shall give it away. */
export class Origin extends Vault {
  override sites = [site("shop", 18_016, { serve: ["shop.example.org"], redirect: [] })];

  async begin(): Promise<void> {
    const exclude = { watcher: "looks on", sockets: "are made anew" };
    this.backups = [backedUp("shop", { files: ["/uploads"], exclude })];
    await this.prepare();
    const health = { path: "/", seconds: 60 };
    await this.open([delivery("shop", 18_016, { health, files: ["/uploads"] })]);
    await this.deliver();
    await this.bringKey("shop");
    await this.until("shop", (told) => told.lastTaken !== null);
  }

  async deliver(): Promise<void> {
    await this.onHost("mkdir -p /srv/elsewhere/{kept,pgdata}");
    await this.commit("shop", movedProject);
    const done = await this.site("deploy shop");
    expect(done, done.stdout).toMatchObject({ code: 0 });
  }

  /** A verb of the program that moves, whatever becomes of it. */
  move(command: string, told?: object): Promise<Finished> {
    return this.exec(`berth-move ${command}`, told ? JSON.stringify(told) : "");
  }

  /** The answer of a verb that succeeds. */
  async moved<Answer = Record<string, never>>(command: string, told?: object): Promise<Answer> {
    const done = await this.move(command, told);
    expect(done, `${done.stdout}${done.stderr}`).toMatchObject({ code: 0 });
    return JSON.parse(done.stdout.trim().split("\n").at(-1)!) as Answer;
  }

  /** What status would tell of what nobody declared, but for the test's own way to its repositories. */
  async finds(): Promise<readonly string[]> {
    const { deliveries } = this;
    const said = await this.onHost(
      "bash",
      evidenceScript({ ...this.yard.declaration(this.wanted), deliveries }),
    );
    return said
      .split("\n")
      .filter((line) => /^(open|found): /.test(line) && !line.includes("/etc/gitconfig"));
  }
}

/** The machine that it comes to, which backs nothing up yet. */
export class Destination extends Origin {
  override readonly id = "1002";
  override readonly yard: Origin["yard"];

  constructor(private readonly origin: Origin) {
    super();
    this.yard = origin.yard;
  }

  async arrives(): Promise<void> {
    this.deliveries = this.origin.deliveries;
    await this.arrive(this.ground, 1);
    await this.deliver();
  }

  /** SSH from there with the key of the move. */
  ssh(words: string): Promise<Finished> {
    return this.exec(`timeout 20 ${client} ${words}`);
  }

  /** The first letters that a port of another machine says through a forward of SSH's own. */
  forwarded(to: string, port: number, host = "127.0.0.1"): Promise<string> {
    return this.onHost(`timeout 20 ${client} -L 127.0.0.1:30001:${host}:${port} ${to} -N & ssh=$!
      for round in $(seq 50); do : 2>/dev/null </dev/tcp/127.0.0.1/30001 && break; sleep 0.1; done 2>/dev/null
      timeout 3 bash -c 'exec 8<>/dev/tcp/127.0.0.1/30001; read -r -n 4 -t 2 said <&8; echo "said $said"'
      kill $ssh; wait $ssh; :`);
  }
}

const client =
  "ssh -F none -i /var/lib/berth/moves/shop/key -o BatchMode=yes -o IdentitiesOnly=yes -o StrictHostKeyChecking=no " +
  "-o UserKnownHostsFile=/dev/null -o ExitOnForwardFailure=yes -o ConnectTimeout=5 -o LogLevel=ERROR";

/** Names, kinds, modes, owners, sizes, links, attributes and contents of a tree. */
export const listed = (place: string) => `cd ${place} && {
  find . ! -type p -printf '%P %y %m %U %G %T@ %l %n\\n' | sort
  find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum
  python3 -c 'import os; print([(each, os.getxattr(each, name)) for each in sorted(os.listdir()) for name in os.listxattr(each, follow_symlinks=False)])'
}`;
