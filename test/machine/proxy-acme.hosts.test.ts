import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { evidenceScript } from "../../components/machine/questions";
import { readServed, servedConcerns } from "../../operations/fleet/served";
import { clinic, Front, namesOf } from "./front";
import { Pebble } from "./pebble";

describe("the certificate of a site whose visitors come without Cloudflare", () => {
  const front = new Front();
  const pebble = new Pebble();
  const acme = { directory: pebble.url, email: "ops@agency.example" };
  const ordered = () => front.exec("berth-proxy renew");
  /** What has every certificate be one that ends soon. */
  const soon = "sed -i 's/^due_days=30$/due_days=4000/' /usr/local/sbin/berth-proxy";
  const shown = async (name: string) =>
    new X509Certificate(
      await front.onHost(
        `docker exec berth-proxy bash -c 'openssl s_client -connect 127.0.0.1:443 -servername ${name} </dev/null 2>/dev/null | openssl x509'`,
      ),
    );
  const served = async () =>
    readServed(`proxy: ${(await front.onHost("berth-proxy status")).trim()}\n`);

  beforeAll(async () => {
    await front.open();
    const gateway = (await front.onHost("ip route show default | cut -d' ' -f3")).trim();
    await pebble.open(front.address, gateway);
    await front.onHost(pebble.trusted(gateway));
  });
  afterAll(async () => {
    await front.yard.clear();
    await pebble.close();
  });

  it("is ordered after the converge that declares whom of, for all names of the site", async () => {
    const done = await front.converge({ acme });
    expect(done.stdout).toContain("changed: certificates' image: missing");
    await expect
      .poll(() => front.onHost("ls /var/lib/berth/proxy/certificates"), { timeout: 60_000 })
      .toContain("clinic.pem");
    for (const name of namesOf(clinic)) {
      await expect.poll(async () => (await shown(name)).checkHost(name)).toBe(name);
    }
    expect((await shown("clinic.example.org")).issuer).toContain("Pebble");
    // Others are the edge's business: nothing was ordered for them.
    expect(await front.onHost("ls /var/lib/berth/proxy/certificates")).toBe("clinic.pem\n");
    expect((await front.converge({ acme })).stdout).not.toMatch(/^changed:/m);
    const declared = front.yard.declaration({ ...front.declared, acme });
    const said = await front.onHost("bash -s", evidenceScript(declared));
    expect(said).toContain("end: yes");
    expect(said).not.toMatch(/berth-certificates|berth\/proxy\/acme|berth\/lego/);
  });

  it("is left as long as it holds, and ordered anew a month before its end", async () => {
    const { serialNumber } = await shown("clinic.example.org");
    expect((await ordered()).stdout).toBe("");
    expect((await shown("clinic.example.org")).serialNumber).toBe(serialNumber);
    await front.onHost(soon);
    expect(await ordered()).toMatchObject({ code: 0 });
    await expect
      .poll(async () => (await shown("clinic.example.org")).serialNumber)
      .not.toBe(serialNumber);
  });

  it("stays where another cannot be had, which status tells until one can", async () => {
    await front.onHost(soon);
    const { serialNumber } = await shown("clinic.example.org");
    const asked = (directory: string) =>
      front.onHost(`echo '${directory} ${acme.email}' >/etc/berth/proxy/acme`);
    await asked(acme.directory.replace("14000", "14009"));
    const failed = await ordered();
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/clinic: no certificate could be had: .*refused/);
    expect((await shown("clinic.example.org")).serialNumber).toBe(serialNumber);
    expect(servedConcerns([clinic], await served(), new Date())).toEqual([
      expect.stringMatching(
        /^could not order the certificate of clinic \(the present one ends on .*refused/,
      ),
    ]);
    await asked(acme.directory);
    expect(await ordered()).toMatchObject({ code: 0 });
    expect(servedConcerns([clinic], await served(), new Date())).toEqual([]);
  });

  it("is ordered by nobody any more once that is not declared", async () => {
    const done = await front.converge();
    expect(done.stdout).toContain("changed: berth-certificates.timer: is not declared any more");
    expect((await front.exec("systemctl is-active berth-certificates.timer")).stdout).toBe(
      "inactive\n",
    );
    expect(namesOf(clinic)).toContain(
      (await shown("clinic.example.org")).checkHost("clinic.example.org"),
    );
  });
});
