import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { statuses } from "../../components/machine/script";
import { Destination, listed, type Offer, Origin, type Passed } from "./mover";

const media = "/var/lib/docker/volumes/shop_media/_data";
describe("a project's move, on its machines", () => {
  const a = new Origin();
  const b = new Destination(a);
  let offer: Offer;

  const passed = (options = "") => b.moved<Passed>(`files shop ${options}`);
  const tree = async (options = "", name = "media") =>
    (await passed(options)).trees.find((each) => each.name === name)!;
  const policies = (machine: Origin) =>
    machine.onHost(
      "docker inspect -f '{{.Name}} {{.State.Status}} {{.HostConfig.RestartPolicy.Name}}' shop-nginx-1 shop-worker-1 | sort",
    );
  const serving = "/shop-nginx-1 running always\n/shop-worker-1 running always\n";

  beforeAll(async () => {
    await a.begin();
    await b.arrives();
    await a.onHost(`cd ${media} && for i in $(seq 2000); do echo "file $i" >$i; done
      ln 1 hard; ln -s /etc/shadow link; mkfifo pipe; mkdir -p deep/er disk; echo x >deep/er/x
      chown 1234:44 2; chmod 4751 3; touch -d 2020-01-02 4; : >'a b'
      python3 -c 'import os; os.setxattr("5", "user.note", b"kept")'
      mount -t tmpfs none disk; echo mounted >disk/file
      cd /srv/berth/shop/uploads && echo sent >sent && chown "$(stat -c %u:%g /srv/berth/shop)" sent`);
  });
  afterAll(() => a.close());

  it("is planned from what both tell of themselves", async () => {
    const [from, to] = [await a.moved<object>("survey shop"), await b.moved<object>("survey shop")];
    for (const said of [from, to]) {
      expect(said).toMatchObject({ slug: "shop", project: "shop", moving: null });
      expect(said).toMatchObject({ blank: said === to });
      expect(said).toMatchObject({ cpu: { arch: "x86_64" }, databases: [{ service: "db" }] });
    }
    expect(from).toMatchObject({
      files: [
        { name: "kept", place: "/srv/elsewhere/kept" },
        { name: "media", place: media, entries: 2010, devices: [] },
        { name: "uploads", place: "/srv/berth/shop/uploads", entries: 2 },
      ],
    });
    expect(from).toHaveProperty(
      "services",
      expect.arrayContaining([expect.objectContaining({ service: "worker", status: "running" })]),
    );
  });

  it("refuses what cannot be, before anything is touched", async () => {
    const refused = async (
      machine: Origin,
      command: string,
      told: object | undefined,
      why: string,
    ) => {
      const done = await machine.move(command, told);
      expect(done).toMatchObject({ code: 65 });
      expect(done.stderr).toContain(why);
    };
    const { key } = await b.moved<{ key: string }>("key shop");
    await refused(
      a,
      "status nosuch",
      undefined,
      "nosuch: this machine does not deliver it (it delivers: shop)",
    );
    await refused(
      a,
      "offer shop",
      { key: "ssh-rsa AAAA", address: b.address },
      "key: is no public key",
    );
    await refused(a, "offer shop", { key, address: "b" }, "address: 'b' is no address");
    await a.onHost(`mknod ${media}/disc b 7 0`);
    await refused(a, "offer shop", { key, address: b.address }, "disc: is a device");
    await a.onHost(`rm ${media}/disc`);
    await refused(b, "files shop", undefined, "files come to a machine that follows another one");
    await refused(a, "down shop", undefined, "down goes what was moved away or renounced");
    expect(await a.exec("getent passwd berth-move")).toMatchObject({ code: 2 });
    expect(await a.moved("status shop")).toMatchObject({
      role: "none",
      phase: "none",
      marker: null,
    });
  });

  it("lets the other machine come to what it was given, and to nothing else", async () => {
    const { key } = await b.moved<{ key: string }>("key shop");
    expect(await b.moved("key shop")).toEqual({ key });
    offer = await a.moved<Offer>("offer shop", { key, address: b.address });
    expect(offer).toMatchObject({
      account: "berth-move",
      files: { names: ["kept", "media", "uploads"] },
    });
    expect(await a.moved<Offer>("offer shop", { key, address: b.address })).toEqual(offer);
    const to = `berth-move@${a.address}`;
    const shell = await b.ssh(`${to} id`);
    expect(shell.code).not.toBe(0);
    expect(shell.stdout).not.toContain("uid=");
    expect((await b.ssh(`-s ${to} sftp`)).code).not.toBe(0);
    expect((await b.ssh(`-tt ${to}`)).stdout).not.toContain("$");
    expect(await b.forwarded(to, offer.files.port)).toBe("said @RSY\n");
    for (const port of [22, 80, 443]) expect(await b.forwarded(to, port)).toBe("said \n");
    expect(await b.forwarded(to, 22, a.address)).toBe("said \n");
    expect((await b.ssh(`-R 127.0.0.1:30002:127.0.0.1:22 ${to} -N`)).code).not.toBe(0);
    // From elsewhere the key opens nothing.
    await a.onHost(
      "cat >/root/stolen && chmod 600 /root/stolen",
      await b.onHost("cat /var/lib/berth/moves/shop/key"),
    );
    const stolen = await a.exec(
      "timeout 10 ssh -F none -i /root/stolen -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -N -o ExitOnForwardFailure=yes berth-move@127.0.0.1; rm /root/stolen",
    );
    expect(stolen.stderr).toContain("Permission denied");
    expect(await a.finds()).toEqual([]);
    // One that was left behind is named.
    await a.onHost("touch -d '10 days ago' /var/lib/berth/moves/shop/phase.json");
    expect(await a.finds()).toEqual([
      expect.stringContaining(
        "found: accounts: berth-move still lets in the other machine of shop",
      ),
    ]);
    await a.onHost("touch /var/lib/berth/moves/shop/phase.json");
  });

  it("follows, and has nothing of the application run meanwhile", async () => {
    const peer = { ...offer, address: a.address, hostKey: a.key };
    await b.moved("follow shop", peer);
    expect(await policies(b)).toBe("/shop-nginx-1 exited no\n/shop-worker-1 exited no\n");
    expect(await b.moved("status shop")).toMatchObject({
      role: "target",
      phase: "following",
      marker: { role: "target" },
    });
    const deploy = await b.site("deploy shop");
    expect(deploy).toMatchObject({ code: 65 });
    expect(deploy.stderr).toContain("shop: its move has this machine target since");
    expect(await b.finds()).toEqual([]);
  });

  it("makes trees of files the same, and a second time within a second", async () => {
    expect(await tree()).toMatchObject({ entries: 2010, skipped: ["pipe"] });
    expect(await b.onHost(listed(media))).toBe(await a.onHost(listed(media)));
    const again = await tree();
    expect(again.changed).toBe(0);
    console.log(`second pass over 2,000 files: ${again.seconds} s`);
    await a.onHost(`cd ${media} && rm 10 && echo more >>11 && mv 12 twelve && touch 13
      second=$(stat -c %Y 14) && echo 'FILE 14' >14 && touch -d "@$second.123456789" 14`);
    const changed = await tree();
    expect(changed.changed).toBe(6);
    expect(await b.onHost(listed(media))).toBe(await a.onHost(listed(media)));
    // What lies in the checkout is the account's that the checkout is.
    expect(await b.onHost("stat -c %U /srv/berth/shop/uploads/sent")).toBe("site-shop\n");
  });

  it("finds by reading every byte what size and time do not tell", async () => {
    await b.onHost(
      `cd ${media} && touch -r 20 /root/when && echo 'FILE 20' >20 && touch -r /root/when 20`,
    );
    expect((await tree()).changed).toBe(0);
    expect((await tree("--check")).differed).toEqual(["20"]);
    expect(await b.onHost(listed(media))).toBe(await a.onHost(listed(media)));
  });

  it("stops, and deletes nothing, where the source vanished", async () => {
    const before = await b.onHost(listed(media));
    const stopped = async (why: string) => {
      const done = await b.move("files shop");
      expect(done).toMatchObject({ code: 1 });
      expect(done.stderr).toContain(why);
      expect(await b.onHost(listed(media))).toBe(before);
    };
    await a.onHost(`umount ${media}/disk`);
    await stopped("media/disk: is not mounted any more");
    await a.onHost(
      `mount -t tmpfs none ${media}/disk && echo mounted >${media}/disk/file && touch -d @$(stat -c %Y ${media}/13) ${media}/disk/file`,
    );
    // The disk does not come up again with its machine.
    await a.onHost(
      `docker stop -t 1 berth-files-shop && mount -t tmpfs none ${media} && docker start berth-files-shop`,
    );
    await stopped("media: is not on the disk any more that it was on");
    const again = await a.move("offer shop", {
      key: (await b.moved<{ key: string }>("key shop")).key,
      address: b.address,
    });
    expect(again).toMatchObject({ code: 65 });
    expect(again.stderr).toContain("is empty and not on the disk any more that it was on");
    await a.onHost(
      `docker stop -t 1 berth-files-shop && umount ${media} && docker start berth-files-shop`,
    );
    // Somebody moved most of it away.
    await a.onHost(`mkdir /var/lib/docker/away && mv ${media}/1* /var/lib/docker/away`);
    await stopped("entries are left of 2009 on the machine that serves, nothing was deleted here");
    await a.onHost(`mv /var/lib/docker/away/* ${media}`);
    await passed();
    expect(await b.onHost(listed(media))).toBe(await a.onHost(listed(media)));
  });

  it("is frozen: nothing writes, and neither delivery, backup nor converge begins anything", async () => {
    await a.moved("freeze shop --seconds 300");
    expect(await policies(a)).toBe("/shop-nginx-1 exited no\n/shop-worker-1 exited no\n");
    expect(await a.onHost("cat /srv/elsewhere/kept/last")).toBe("kept");
    const why = "shop: its move has this machine frozen since";
    for (const command of ["deploy shop", "rollback shop"]) {
      const done = await a.site(command);
      expect(done).toMatchObject({ code: 65 });
      expect(done.stderr).toContain(command === "deploy shop" ? why : "");
    }
    for (const command of ["run shop", "restore shop", "empty shop", "undo shop"]) {
      const done = await a.backup(command, "{}");
      expect(done).toMatchObject({ code: 65 });
      expect(done.stderr).toContain(why);
    }
    // The container looks at it too, whoever asks.
    const { at } = (await a.told("shop")).last!;
    await a.onHost(
      `f=/var/lib/berth/backups/shop; echo '{"key": "k", "by": "ana"}' >$f/asked.json; for i in $(seq 100); do [ -e $f/asked.json ] || break; sleep 0.2; done; sleep 1`,
    );
    expect((await a.told("shop")).last).toMatchObject({
      verdict: "failed",
      why: expect.stringContaining(why) as string,
    });
    expect((await a.told("shop")).last!.at).not.toBe(at);
    // A converge waits while requests are held, as it does in a delivery.
    await a.onHost("berth-proxy release shop");
    const converged = await a.converge();
    expect(converged, converged.stdout).toMatchObject({ code: statuses.done });
    expect(converged.stdout).toContain("note: move of shop: frozen; nothing of it is started here");
    expect(converged.stdout).toContain("berth: 0 changed");
    await passed("--last");
    expect(await b.onHost(listed(media))).toBe(await a.onHost(listed(media)));
    await a.onHost(`touch ${media}/still`);
  });

  it("is thawed as it was", async () => {
    await a.moved("thaw shop");
    expect(await policies(a)).toBe(serving);
    expect(await a.exec("test -e /var/lib/berth/moves/shop/marker")).toMatchObject({ code: 1 });
    expect(await a.visitStatus(18_016)).toBe("200");
  });

  it("is sealed, and comes back neither with Docker nor by a converge", async () => {
    await a.moved("freeze shop --seconds 300");
    await passed("--last");
    const sealed = await a.moved<{ databases: object }>("seal shop");
    await a.onHost("berth-proxy release shop; systemctl restart docker");
    expect((await a.converge()).stdout).toContain("note: move of shop: sealed");
    expect(await policies(a)).toBe("/shop-nginx-1 exited no\n/shop-worker-1 exited no\n");
    await b.moved("promote shop", { databases: sealed.databases });
    expect(await policies(b)).toBe(serving);
    expect(await b.exec("test -e /var/lib/berth/moves/shop/marker")).toMatchObject({ code: 1 });
    expect(await b.onHost(`cat ${media}/11`)).toBe("file 11\nmore\n");
    await b.onHost("docker exec shop-watcher-1 test -S /sockets/.s.PGSQL.5432");
    expect(await b.onHost("cat /srv/elsewhere/kept/last")).toBe("kept");
  });

  it("goes back, down and to its end, and nothing is left but data", async () => {
    const { key } = await a.moved<{ key: string }>("key shop");
    const back = await b.moved<Offer>("offer shop", { key, address: a.address });
    await a.moved("return shop", { ...back, address: b.address, hostKey: b.key });
    expect(await a.finds()).toEqual([]);
    expect(await b.finds()).toEqual([]);
    const volumes = await a.onHost("docker volume ls -q | sort");
    await a.moved("down shop");
    await a.moved("down shop");
    expect(await a.onHost("docker volume ls -q | sort")).toBe(volumes);
    expect(
      await a.onHost(
        `docker ps -aq --filter label=com.docker.compose.project=shop; cat ${media}/11`,
      ),
    ).toBe("file 11\nmore\n");
    await a.moved("journal shop --put", { steps: [] });
    for (const machine of [a, b]) {
      await machine.moved("end shop");
      await machine.moved("end shop");
      const left =
        await machine.onHost(`getent passwd berth-move; ls -d /var/lib/berth-move /etc/systemd/system/*/berth-* /etc/systemd/system/berth-* 2>/dev/null | grep -v certificates
        systemctl list-units --all --plain --no-legend 'berth-move*' 'berth-relay*' 'berth-watch*' | grep -v not-found
        docker ps -a --format '{{.Names}}' | grep -E 'berth-(files|receive)'
        ls -A /var/lib/berth/moves/shop; grep -rl berth-move /var/lib/docker/volumes/shop_pgdata/_data/*.conf; :`);
      expect(
        left
          .split("\n")
          .filter((line) => line && !/^((journal|left)\.json|(verb|lease)\.lock)$/.test(line)),
      ).toEqual([]);
      expect(await machine.finds()).toEqual([]);
    }
    expect(await a.moved("journal shop")).toEqual({ journal: { steps: [] } });
    expect(await b.visitStatus(18_016)).toBe("200");
    const checked = await b.converge({}, { check: true });
    expect(checked, checked.stdout).toMatchObject({ code: statuses.done });
  });
});
