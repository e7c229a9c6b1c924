import { EngineLog } from "../../emulator/engine-log";
import { Faults } from "../../emulator/faults";
import type { Machines, MachineSpec, Opening } from "../../emulator/machines";
import { Session } from "../../emulator/session";
import type { Props } from "../../emulator/values";
import { World } from "../../emulator/world";
import { digitalocean } from "../../providers/digitalocean";

export const types = {
  droplet: "digitalocean:index/droplet:Droplet",
  firewall: "digitalocean:index/firewall:Firewall",
  project: "digitalocean:index/project:Project",
  reservedIp: "digitalocean:index/reservedIp:ReservedIp",
  assignment: "digitalocean:index/reservedIpAssignment:ReservedIpAssignment",
  snapshot: "digitalocean:index/dropletSnapshot:DropletSnapshot",
  sshKey: "digitalocean:index/sshKey:SshKey",
} as const;

/** Inputs of a Droplet that is accepted. */
export const web = {
  name: "web",
  image: "ubuntu-26-04-x64",
  region: "tor1",
  size: "s-2vcpu-4gb",
  userData: "#cloud-config\n",
};

export const publicKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMDgZWqIi/wq1ea4iiYLeBlaZ4KjOBC01l/oL8nck4eA clark";

/** A resource as the program's state holds it. */
export interface Held {
  readonly urn: string;
  readonly id: string;
  readonly inputs: Props;
  readonly outputs: Props;
}

/** The emulated DigitalOcean on a world of its own, called the way the engine calls it. */
export class DigitalOceanBench {
  readonly world = new World();
  readonly made: MachineSpec[] = [];
  readonly calls: string[] = [];
  readonly openings = new Map<string, readonly Opening[] | undefined>();
  readonly session: Session;

  constructor(token: string | undefined = "dop_v1_test") {
    const note = (call: string) => (id: string, more?: string) => {
      this.calls.push([call, id, more].filter((part) => part !== undefined).join(" "));
      return Promise.resolve();
    };
    const machines: Machines = {
      create: (spec) => {
        this.made.push(spec);
        return Promise.resolve();
      },
      stop: note("stop"),
      start: note("start"),
      snapshot: note("snapshot"),
      deleteSnapshot: note("deleteSnapshot"),
      delete: note("delete"),
      firewall: (id, openings) => {
        this.openings.set(id, openings);
        return Promise.resolve();
      },
    };
    const now = () => new Date("2026-11-21T12:00:00.123Z");
    const cloud = { world: this.world, faults: new Faults(), machines, now };
    this.session = new Session(digitalocean, cloud, new EngineLog(), (name) =>
      name === "DIGITALOCEAN_TOKEN" ? token : undefined,
    );
  }

  /** Failure texts of Check; empty when it accepts. */
  refusals(type: string, news: Props): string[] {
    return this.session.check(urnOf(type, "web"), {}, news).failures.map(({ reason }) => reason);
  }

  async create(type: string, news: Props, name = "web"): Promise<Held> {
    const urn = urnOf(type, name);
    const { inputs } = this.session.check(urn, {}, news);
    return { urn, inputs, ...(await this.session.create(urn, inputs, false)) };
  }

  /** The text of a refused create. */
  async refused(type: string, news: Props): Promise<string> {
    return this.create(type, news).then(
      () => "accepted",
      (error: Error) => error.message,
    );
  }

  preview(type: string, news: Props): Promise<Props> {
    const urn = urnOf(type, "web");
    const { inputs } = this.session.check(urn, {}, news);
    return this.session.create(urn, inputs, true).then(({ outputs }) => outputs);
  }

  diff(held: Held, news: Props) {
    const { inputs } = this.session.check(held.urn, held.inputs, news);
    const change = { olds: held.outputs, oldInputs: held.inputs, news: inputs, ignoreChanges: [] };
    return this.session.diff(held.urn, held.id, change);
  }

  async update(held: Held, news: Props): Promise<Held> {
    const { inputs } = this.session.check(held.urn, held.inputs, news);
    const change = { olds: held.outputs, oldInputs: held.inputs, news: inputs };
    const outputs = await this.session.update(held.urn, held.id, change, false);
    return { ...held, inputs, outputs };
  }

  read({ urn, id, inputs, outputs }: Held) {
    return this.session.read(urn, id, { inputs, outputs });
  }

  import(type: string, id: string) {
    return this.session.read(urnOf(type, "web"), id, { inputs: {}, outputs: {} });
  }

  delete({ urn, id, outputs }: Held): Promise<void> {
    return this.session.delete(urn, id, outputs);
  }
}

function urnOf(type: string, name: string): string {
  return `urn:pulumi:test::berth::${type}::${name}`;
}
