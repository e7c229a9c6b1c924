import type { MachineDeclaration } from "../../components/machine/script";
import type { Delivery } from "../../components/placement/deliveries";
import type { Site } from "../../components/placement/sites";
import type { Finished } from "../../packages/local-cloud/hosts/process";
import { Standing } from "./standing";

/** A delivery that a test declares. */
export const delivery = (
  slug: string,
  httpPort: number,
  changes: Partial<Delivery> = {},
): Delivery => ({
  slug,
  environment: "prod",
  repository: `git@git.example:${slug}.git`,
  branch: "master",
  domain: `${slug}.example.org`,
  names: [`${slug}.example.org`],
  httpPort,
  health: { path: "/healthz", seconds: 20 },
  secrets: [],
  files: [],
  jobs: {},
  ...changes,
});

/** Files of a repository by path; null takes one away. */
export type Files = Readonly<Record<string, string | null>>;

/**
 * An application of one file: it answers to its own name alone, counts what was written to its volume, and
 * shows the checksum of what it was given.
 */
export const application = `import hashlib, http.server, json, os
VERSION, BROKEN = "one", False
DATA = os.environ.get("DATA", "/data")

class Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        mine = self.headers.get("Host", "").split(":")[0] == os.environ["SITE_HOST"]
        status = 400 if not mine else 500 if BROKEN and self.path == "/healthz" else 200
        if self.path == "/moved": status = 302
        said = {"version": VERSION, "rows": len(os.listdir(DATA)), "proto": self.headers.get("X-Forwarded-Proto")}
        said["sums"] = {key: hashlib.sha256(value.encode()).hexdigest() for key, value in os.environ.items()}
        if os.path.isdir("/run/secrets"):
            said["files"] = {name: hashlib.sha256(open("/run/secrets/" + name, "rb").read()).hexdigest() for name in os.listdir("/run/secrets")}
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        number = len(os.listdir(DATA))
        open(os.path.join(DATA, str(number)), "w").close()
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

http.server.ThreadingHTTPServer(("", 8000), Site).serve_forever()
`;

/** A repository as the manual wants it: nginx is played by a name. */
export const project = (slug: string): Files => ({
  "app.py": application,
  Dockerfile: `FROM quay:1\nCOPY app.py /app.py\nCMD ["python3", "-u", "/app.py"]\n`,
  "docker-compose.yml": `services:
  nginx:
    build: .
    stop_signal: SIGKILL
    environment:
      SITE_HOST: ${slug}.example.org
    volumes:
      - data:/data
    depends_on:
      migrate:
        condition: service_completed_successfully
  migrate:
    image: quay:1
    command: ["sh", "-c", "echo migrated"]
  db:
    image: postgres:17
    stop_signal: SIGKILL
    command: ["sleep", "1000000"]
    volumes:
      - pgdata:/var/lib/postgresql/data
volumes:
  data:
  pgdata:
`,
  "dc.prod.yml": `services:
  nginx:
    restart: always
    ports:
      - "80:8000"
`,
  "dc.stage.yml": `services:
  nginx:
    ports:
      - "80:8000"
`,
  ".gitignore": "docker-compose.override.yml\n.env\nsecrets/\n",
});

/** A booted machine that delivers, with repositories of its own and an image of what it has itself. */
export class Quay extends Standing {
  sites: readonly Site[] = [];
  deliveries: readonly Delivery[] = [];

  protected get wanted(): Partial<MachineDeclaration> {
    const { sites, deliveries } = this;
    return { manage: ["people", "proxy", "deploy"], sites, deliveries };
  }

  /** What is on the machine before its first converge. */
  protected readonly ground: string = `${repositories}${pythonImage}`;

  async open(deliveries: readonly Delivery[]): Promise<void> {
    this.deliveries = deliveries;
    await this.stand(this.ground);
  }

  /** Commits files to a branch of a project's repository; answers the commit. */
  async commit(
    slug: string,
    files: Files,
    message = "A change",
    branch = "master",
  ): Promise<string> {
    const said = await this.onHost(
      `python3 /root/commit.py ${slug} ${branch} '${message}'`,
      JSON.stringify(files),
    );
    return said.trim();
  }

  /** A command of the program that delivers. */
  site(command: string, input = ""): Promise<Finished> {
    return this.exec(`berth-site ${command}`, input);
  }

  /** What the site answers to a path on its own port. */
  async visit(httpPort: number, slug: string, path = "/"): Promise<Answer> {
    const said = await this.onHost(
      `curl -sS -m 10 -H 'Host: ${slug}.example.org' http://127.0.0.1:${httpPort}${path}`,
    );
    return JSON.parse(said) as Answer;
  }

  /** One more row in the site's data. */
  async write(httpPort: number, slug: string): Promise<void> {
    await this.onHost(
      `curl -fsS -m 10 -X POST -H 'Host: ${slug}.example.org' http://127.0.0.1:${httpPort}/`,
    );
  }

  /** The history of a site, oldest first. */
  async history(
    slug: string,
  ): Promise<{ commit: string; verdict: string; by: string; why: string }[]> {
    const said = await this.onHost(`cat /var/lib/berth/sites/${slug}/history.jsonl`);
    return said
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as never);
  }
}

export interface Answer {
  readonly version: string;
  readonly rows: number;
  readonly proto: string | null;
  readonly sums: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

/** Repositories that are reached in the place of the ones of stack files. */
export const repositories = `set -e
cat >/etc/gitconfig <<'GIT'
[url "file:///srv/git/"]
	insteadOf = git@git.example:
[safe]
	directory = *
[user]
	name = Quay
	email = quay@example.org
[init]
	defaultBranch = master
GIT
cat >/root/commit.py <<'PYTHON'
import json, os, subprocess, sys
slug, branch, message = sys.argv[1:]
bare, work = f"/srv/git/{slug}.git", f"/root/work/{slug}"
git = lambda *words, **more: subprocess.run(["git", "-C", work, *words], check=True, capture_output=True, text=True, **more).stdout
if not os.path.isdir(bare):
    subprocess.run(["git", "init", "-q", "--bare", bare], check=True)
    os.makedirs(work)
    git("init", "-q")
    git("remote", "add", "origin", bare)
    git("commit", "-q", "--allow-empty", "-m", "Begin")
git("checkout", "-q", "-B", branch)
for path, text in json.load(sys.stdin).items():
    path = os.path.join(work, path)
    if text is None:
        os.remove(path)
    else:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(path, "w").write(text)
git("add", "-A")
git("commit", "-q", "--allow-empty", "-m", message)
git("push", "-q", "-f", "origin", branch)
print(git("rev-parse", "HEAD").strip())
PYTHON
`;

/** An image of what the machine has itself. */
const pythonImage = `image=/root/image
mkdir -p $image/usr/bin $image/usr/lib $image/usr/lib64 $image/tmp $image/data
ln -s usr/bin usr/lib usr/lib64 $image
cp -a /usr/bin/python3* /usr/bin/sh /usr/bin/dash /usr/bin/sleep /usr/bin/cat /usr/bin/false $image/usr/bin
cp -a /usr/lib/python3* $image/usr/lib
rm -rf $image/usr/lib/python3*/{test,ensurepip,idlelib,config-*}
for file in $(ldd /usr/bin/python3 /usr/bin/dash /usr/bin/sleep /usr/lib/python3*/lib-dynload/*.so | grep -o '/lib[^ :]*' | sort -u); do
  if [[ $file != */python3* ]]; then cp -L --parents "/usr$file" $image; fi
done
tar -C $image -c . | docker import - quay:1 >/dev/null
docker tag quay:1 postgres:17
docker run --rm quay:1 python3 -c 'import http.server, hashlib'
`;
