import { expect, it } from "vitest";

import { statuses } from "../../components/machine/script";
import type { Place } from "./subjects-suite";

/** What runs containers there stays, and no Docker is put beside it. Takes the distribution's away. */
export function runtimesSuite({ onHost, converge }: Place): void {
  const deploy = () => converge({ manage: ["people", "deploy"] });
  const packages = () =>
    onHost("dpkg-query -W -f '${Package} ${db:Status-Status}\\n' | grep -v ' config-files' | sort");

  it("keeps a Docker that is not the distribution's, wherever it lies", async () => {
    await onHost(snapDocker);
    const before = await packages();
    const done = await deploy();
    expect(done, done.stdout).toMatchObject({ code: statuses.done });
    expect(done.stdout).toMatch(
      /^note: docker: is not the distribution's and kept as it is: .*\/snap\/docker\/2915\/bin\/dockerd, which runs/m,
    );
    expect(await packages()).toBe(before);
    expect(await onHost("/snap/bin/docker ps --format '{{.Names}}'; pgrep -xc dockerd")).toBe(
      "web\n1\n",
    );
    await onHost(
      "systemctl disable -q --now snap.docker.dockerd.service; rm -r /snap /etc/systemd/system/snap.docker.dockerd.service; rm -f /run/docker.sock; systemctl daemon-reload",
    );
  });

  it.each([
    {
      what: "a cluster's node",
      script:
        standIn("containerd.io", "Conflicts: containerd, runc\\nProvides: containerd, runc\\n") +
        standIn("kubelet", "Depends: containerd.io\\n"),
      named:
        /^failed: docker: is not installed beside .*the package containerd\.io, the package kubelet/m,
      undo: "dpkg --purge kubelet containerd.io",
    },
    {
      what: "Podman under Docker's name",
      script: standIn("podman-docker", ""),
      named: /^failed: docker: is not installed beside .*the package podman-docker/m,
      undo: "dpkg --purge podman-docker",
    },
    {
      what: "a person's own Docker without root",
      script:
        "install -d -o legacy /home/legacy/bin && cp /bin/sleep /home/legacy/bin/dockerd && (setpriv --reuid legacy --clear-groups /home/legacy/bin/dockerd 900 >/dev/null 2>&1 &)",
      named: /^failed: docker: is not installed beside .*the rootless Docker of legacy/m,
      undo: "pkill -x dockerd; rm -r /home/legacy/bin",
    },
    {
      what: "a program that Docker's packages would push out",
      script: standIn("acme-agent", "Conflicts: runc\\n"),
      named:
        /^failed: packages: could not be installed: .*apt would remove acme-agent for it; nothing was touched/m,
      undo: "dpkg --purge acme-agent",
    },
  ])("neither removes nor doubles $what, and names it", async ({ script, named, undo }) => {
    await onHost(script);
    const before = await packages();
    const done = await deploy();
    expect(done, done.stdout).toMatchObject({ code: statuses.failed });
    expect(done.stdout).toMatch(named);
    expect(await packages()).toBe(before);
    await onHost(undo);
  });
}

/** Installs a package of that name that holds nothing, with lines of its control file. */
function standIn(name: string, lines: string): string {
  return `mkdir -p /tmp/${name}/DEBIAN && printf 'Package: ${name}\\nVersion: 9\\nArchitecture: all\\nMaintainer: x <x@example.org>\\n${lines}Description: x\\n' > /tmp/${name}/DEBIAN/control && dpkg-deb -b /tmp/${name} /tmp/${name}.deb >/dev/null && dpkg -i /tmp/${name}.deb >/dev/null && `.concat(
    "true\n",
  );
}

/** Docker's own programs as its snap lays them, with the clinic's container, and no package of it. */
const snapDocker = `set -e
mkdir -p /snap/docker/2915/bin /snap/bin /var/snap/docker/common
for b in dockerd docker docker-proxy docker-init containerd containerd-shim-runc-v2 runc ctr; do
  f=$(command -v $b || ls /usr/libexec/docker/$b /usr/lib/docker/$b 2>/dev/null | head -1)
  if [ -n "$f" ]; then cp "$f" /snap/docker/2915/bin/; fi
done
docker save tiny -o /tmp/tiny.tar
systemctl disable -q --now docker.service docker.socket containerd.service
apt-mark unhold docker.io docker-cli >/dev/null
dpkg --purge --force-all docker.io docker-cli docker-compose containerd runc tini >/dev/null 2>&1
rm -rf /run/docker* /run/containerd
printf '[Service]\\nEnvironment=PATH=/snap/docker/2915/bin:/usr/sbin:/usr/bin:/sbin:/bin\\nExecStart=/snap/docker/2915/bin/dockerd --group root --exec-root=/run/snap.docker --data-root=/var/snap/docker/common/var-lib-docker --pidfile=/run/snap.docker/docker.pid -H unix:///run/docker.sock\\n[Install]\\nWantedBy=multi-user.target\\n' > /etc/systemd/system/snap.docker.dockerd.service
ln -s /snap/docker/2915/bin/docker /snap/bin/docker
systemctl daemon-reload
systemctl enable -q --now snap.docker.dockerd.service
for round in 1 2 3 4 5 6 7 8 9; do /snap/bin/docker info >/dev/null 2>&1 && break; sleep 1; done
/snap/bin/docker load -qi /tmp/tiny.tar >/dev/null
/snap/bin/docker run -d --network none --name web --restart always tiny /usr/bin/busybox sleep 100000 >/dev/null
`;
