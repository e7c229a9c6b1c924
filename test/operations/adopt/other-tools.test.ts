import { afterAll, describe, expect, it } from "vitest";

import { ansibleHosts } from "../../../operations/adopt/sources/ansible";
import { Clone } from "./scanning";

const clone = new Clone({ PATH: process.env["PATH"] });
afterAll(() => clone.remove());
const write = (name: string, text: string) => clone.write(name, text);
const scan = (...argv: string[]) => clone.scan(...argv);

const droplet = {
  ...{ id: "11", name: "legacy", region: "nyc3", size: "s-2vcpu-4gb" },
  ...{ ipv4_address: "203.0.113.1", user_data: "hunter2-secret" },
};
const record = { hostname: "legacy.example.org", name: "legacy", type: "A", value: "203.0.113.1" };
const firewall = { name: "web", droplet_ids: [11], token: "hunter2-secret" };
const instances = (attributes: object, more = {}) => [{ attributes, ...more }];
const kept = {
  version: 4,
  resources: [
    {
      mode: "managed",
      type: "digitalocean_droplet",
      name: "legacy",
      instances: instances(droplet),
    },
    {
      ...{ mode: "managed", module: "module.dns", type: "cloudflare_record", name: "it's" },
      instances: instances(record, { index_key: "a b" }),
    },
    { mode: "managed", type: "digitalocean_firewall", name: "web", instances: instances(firewall) },
    {
      mode: "managed",
      type: "random_password",
      name: "db",
      instances: instances({ result: "hunter2-secret" }),
    },
    {
      mode: "data",
      type: "digitalocean_droplet",
      name: "seen",
      instances: instances({ ...droplet, id: "12" }),
    },
  ],
};
const shown = {
  format_version: "1.0",
  values: {
    root_module: {
      resources: [
        {
          address: "digitalocean_droplet.legacy",
          mode: "managed",
          type: "digitalocean_droplet",
          values: droplet,
        },
        {
          address: "digitalocean_firewall.web",
          mode: "managed",
          type: "digitalocean_firewall",
          values: firewall,
        },
      ],
      child_modules: [
        {
          resources: [
            {
              ...{ address: `module.dns.cloudflare_record.it's["a b"]`, mode: "managed" },
              ...{ type: "cloudflare_record", values: record },
            },
          ],
        },
      ],
    },
  },
};

describe("a state of Terraform's", () => {
  it.each([
    ["as it is kept", kept],
    ["as it is shown", shown],
  ])(
    "%s gives the machine, its name, and how Terraform forgets each, and no secret",
    async (_, state) => {
      const { code, out, said } = await scan(
        "--terraform",
        write("state.json", JSON.stringify(state)),
      );
      expect({ code, said }).toMatchObject({ code: 0 });
      expect(out).toContain("      domain: legacy.example.org\n");
      expect(out).toContain('        id: "11"\n        region: nyc3\n        size: s-2vcpu-4gb\n');
      const forgets = out.split("\n").filter((line) => line.includes("terraform state rm"));
      expect(forgets).toEqual([
        "# - terraform state rm 'digitalocean_droplet.legacy'",
        `# - terraform state rm 'module.dns.cloudflare_record.it'\\''s["a b"]'`,
        "# - digitalocean_firewall.web names this machine and stays Terraform's: forget it too (terraform state rm 'digitalocean_firewall.web'), unless it shall",
      ]);
      expect(out + said).not.toContain("hunter2");
      expect(out).not.toContain('"12"');
    },
  );

  it.each([
    ["that is cut off", `{"version": 4, "resources": ["hunter2-secret`],
    ["of another version", `{"version": 3, "modules": [{"secret": "hunter2-secret"}]}`],
    ["that is a plan", `{"planned_values": {"secret": "hunter2-secret"}}`],
  ])("%s is refused without a word of what is in it", async (_, text) => {
    const file = write("state.json", text);
    const { code, out, said } = await scan("--terraform", file);
    expect(code).toBe(1);
    expect(said).toMatch(/not read: .*state\.json: is no (JSON|state of Terraform's); /);
    expect(out + said).not.toContain("hunter2");
  });
});

const ini = `
# the fleet
bastion ansible_host=203.0.113.9 ansible_port=2222
[web]
legacy ansible_host=203.0.113.1 ansible_password="hunter2 secret"   # old
203.0.113.3 ansible_user=admin
shop.example.org:22
[web:vars]
ansible_user = deploy
ansible_become_pass = hunter2
[other]
203.0.113.3
[fleet:children]
web
other
`;
const yaml = `
all:
  vars: { ansible_user: root }
  hosts:
    bastion: { ansible_host: 203.0.113.9, ansible_port: 2222 }
  children:
    fleet:
      children:
        web:
          vars: { ansible_user: deploy, ansible_become_pass: !vault hunter2 }
          hosts:
            legacy: { ansible_host: 203.0.113.1 }
            203.0.113.3: { ansible_user: admin }
            shop.example.org:
        other:
          hosts: { 203.0.113.3: }
`;

describe("an inventory of Ansible's", () => {
  it.each([
    ["in INI", ini],
    ["in YAML", yaml],
  ])("%s tells how hosts are entered, and nothing else", (form, text) => {
    const { hosts } = ansibleHosts(write("inventory", text));
    const root = form === "in YAML" ? { login: "root" } : {};
    expect([...hosts].sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { name: "203.0.113.3", target: "203.0.113.3", login: "admin" },
      { name: "bastion", target: "203.0.113.9", port: "2222", ...root },
      { name: "legacy", target: "203.0.113.1", login: "deploy" },
      {
        ...{ name: "shop.example.org", target: "shop.example.org", login: "deploy" },
        ...(form === "in INI" ? { port: "22" } : {}),
      },
    ]);
  });

  it("gives the login of a machine that a state has, and says to take the host out", async () => {
    const state = write("state.json", JSON.stringify(kept));
    const { out, said } = await scan("--terraform", state, "--ansible", write("inventory", ini));
    expect(out).toContain("        login: deploy\n");
    expect(out).toContain("# - Ansible: take legacy out of the inventory");
    expect(out).toContain("# bastion: Ansible enters it at port 2222, and Berth at 22 alone");
    expect(out).toContain(
      "# bastion: it is in no account that was read; declare it so where it is the client's own machine (R1)",
    );
    expect(out).toContain(
      "# - host shop.example.org of the inventory: shop.example.org is no IPv4 address",
    );
    expect(out + said).not.toContain("hunter2");
  });

  it("knows no login where two groups differ, nor one that a template makes", () => {
    const text =
      "[a]\nweb ansible_host=203.0.113.1\n[b]\nweb\n[a:vars]\nansible_user=ana\n[b:vars]\nansible_user=ben\n";
    expect(ansibleHosts(write("inventory", text)).hosts).toEqual([
      { name: "web", target: "203.0.113.1" },
    ]);
    const made = "web ansible_host=203.0.113.1 ansible_user='{{ admin }}'\n";
    expect(ansibleHosts(write("inventory", made)).hosts).toEqual([
      { name: "web", target: "203.0.113.1" },
    ]);
  });

  it("names a pattern of several hosts, and takes the others", () => {
    const { hosts, troubles } = ansibleHosts(
      write("inventory", "web[01:20].example.org\n203.0.113.3\n"),
    );
    expect(hosts).toEqual([{ name: "203.0.113.3", target: "203.0.113.3" }]);
    expect(troubles).toHaveLength(1);
    expect(troubles[0]).toContain(
      "is a pattern of several; give what `ansible-inventory --list --yaml` prints",
    );
  });

  it.each([["[web:vars]\npassword hunter2\n"], ["web oops hunter2\n"], [""]])(
    "is refused without a word of what is in it: %j",
    async (text) => {
      const { code, out, said } = await scan("--ansible", write("inventory", text));
      expect(code).toBe(1);
      expect(said).toMatch(/not read: .*inventory: (is no inventory|holds no hosts)/);
      expect(out + said).not.toContain("hunter2");
    },
  );
});

describe("a command line", () => {
  it.each([
    [[], "which sources?"],
    [["--from", "azure"], 'no cloud is called "azure"'],
    [["--zone", "https://example.org"], "is no name of a zone"],
    [["--from", "aws", "--environment", "live"], 'no environment is called "live"'],
  ])("%j is refused before anything is asked", async (argv, text) => {
    const { code, out, said } = await scan(...argv);
    expect({ code, out }).toEqual({ code: 64, out: "" });
    expect(said).toContain(text);
  });
});
