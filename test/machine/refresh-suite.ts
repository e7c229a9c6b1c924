import { expect, it } from "vitest";

import { project, type Quay } from "./quay";

/** A mirror of the public registry on the machine: it has one image, which can change. */
const registry = `set -e
cat >/root/registry.py <<'PYTHON'
import http.server, json, os
HOME = "/srv/registry"
class Registry(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        asked = self.path.split("?")[0]
        what, _, name = asked.rpartition("/")
        kind = "application/octet-stream"
        if what.endswith("/manifests"):
            kind = "application/vnd.oci.image.manifest.v1+json"
            if not name.startswith("sha256:"):
                name = json.load(open(HOME + "/index.json"))["manifests"][0]["digest"]
        path = HOME + "/blobs/" + name.replace(":", "/")
        known = "/foundation/" in asked and os.path.exists(path)
        body = b"{}" if asked == "/v2/" else open(path, "rb").read() if known else None
        self.send_response(404 if body is None else 200)
        self.send_header("content-type", kind)
        if what.endswith("/manifests"): self.send_header("docker-content-digest", name)
        self.send_header("content-length", str(len(body or b"")))
        self.end_headers()
        if self.command == "GET" and body: self.wfile.write(body)
    do_HEAD = do_GET
    def log_message(self, *args): pass
http.server.ThreadingHTTPServer(("127.0.0.1", 5000), Registry).serve_forever()
PYTHON
systemctl -q is-active registry || systemd-run --quiet --collect --unit=registry python3 /root/registry.py
mkdir -p /etc/docker
echo '{"registry-mirrors": ["http://127.0.0.1:5000"]}' >/etc/docker/daemon.json
systemctl reload docker`;

/** Has the registry give another base image; a broken one has no Python. */
const base = (content: string, broken = false) => `set -e
echo ${content} >/root/image/base
tar -C /root/image ${broken ? "--exclude=./usr/bin/python3*" : ""} -c . | docker import - base:next >/dev/null
rm -rf /srv/registry && mkdir /srv/registry
docker save base:next | tar -x -C /srv/registry && docker rmi base:next >/dev/null`;

/** What must be so of a site that is built anew on newer images. */
export function refreshTests(quay: Quay, deploy: (command: string) => Promise<string>): void {
  it("is built anew on newer images, its database is not, and it comes back from one that is broken", async () => {
    const seen = async () => (await deploy("exec kmc nginx -- cat /base")).trim();
    const database = () =>
      quay.onHost(
        "docker ps -q --no-trunc --filter label=com.docker.compose.project=kmc --filter label=com.docker.compose.service=db",
      );
    await quay.onHost(registry);
    await quay.onHost(base("first"));
    const Dockerfile = project("kmc")["Dockerfile"]!.replace("quay:1", "foundation:1");
    // A database that is built too, told by what it is built from.
    const compose = project("kmc")["docker-compose.yml"]!.replace(
      "image: postgres:17",
      "build: {context: ., dockerfile: Databasefile}",
    );
    const files = {
      ...project("kmc"),
      ...{ Dockerfile, Databasefile: "FROM postgres:17\n", "docker-compose.yml": compose },
    };
    const commit = await quay.commit("kmc", files, "A base of its own", "develop");
    await deploy("deploy kmc");
    const before = await database();
    expect(await deploy("refresh kmc")).toContain("is built on the newest images already");
    await quay.onHost(base("second"));
    const said = await deploy("refresh kmc --by ana");
    expect(said).toContain("build: nginx on the newest images");
    expect(said).not.toContain("build: db");
    expect(await seen()).toBe("second");
    expect(await database()).toBe(before);
    expect((await quay.history("kmc")).at(-1)).toMatchObject({ commit, build: 1, by: "ana" });
    await quay.onHost(base("third", true));
    const broken = await quay.site("refresh kmc");
    expect(broken.code, broken.stdout).toBe(1);
    expect(broken.stdout).toMatch(/restored: .* serves again/);
    expect(await seen()).toBe("second");
    // The same commit again is the build that runs, and the way back is the one before.
    await deploy("deploy kmc");
    expect(await seen()).toBe("second");
    await deploy("rollback kmc");
    expect(await seen()).toBe("first");
    expect(await database()).toBe(before);
    await quay.onHost(
      "rm /etc/docker/daemon.json; systemctl reload docker; systemctl stop registry",
    );
  });
}
