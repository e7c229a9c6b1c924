import { EngineLog } from "../../emulator/engine-log";
import { Faults } from "../../emulator/faults";
import { Session } from "../../emulator/session";
import type { Props } from "../../emulator/values";
import { World } from "../../emulator/world";
import { scaleway } from "../../providers/scaleway";
import { notedMachines, type MachineCall } from "./noted-machines";

const types = {
  Server: "scaleway:instance/server:Server",
  Ip: "scaleway:instance/ip:Ip",
  SecurityGroup: "scaleway:instance/securityGroup:SecurityGroup",
  Snapshot: "scaleway:instance/snapshot:Snapshot",
  BlockSnapshot: "scaleway:block/snapshot:Snapshot",
  SshKey: "scaleway:iam/sshKey:SshKey",
} as const;
export type Class = keyof typeof types;

/** A resource in a program's state. */
export interface Resource {
  readonly class: Class;
  readonly urn: string;
  readonly id: string;
  readonly inputs: Props;
  readonly outputs: Props;
}

const credentials: Readonly<Record<string, string>> = {
  SCW_ACCESS_KEY: "SCWXXXXXXXXXXXXXXXXX",
  SCW_SECRET_KEY: "11111111-1111-4111-8111-111111111111",
  SCW_DEFAULT_PROJECT_ID: "22222222-2222-4222-8222-222222222222",
};

/** The emulated Scaleway behind one connection of the engine, called as the engine calls it. */
export class ScalewayBench {
  readonly world = new World();
  readonly faults = new Faults();
  readonly machineCalls: MachineCall[] = [];
  readonly session: Session;

  constructor(environment: Readonly<Record<string, string>> = credentials) {
    const machines = notedMachines(this.machineCalls);
    const { world, faults } = this;
    const cloud = { world, faults, machines, now: () => new Date("2026-11-21T12:00:00.123Z") };
    this.session = new Session(scaleway, cloud, new EngineLog(), (name) => environment[name]);
    this.session.configure(this.session.checkConfig({ version: "1.54.0" }).inputs);
  }

  /** Texts of the failures of Check; empty when it accepts. */
  failures(what: Class, news: Props): string[] {
    return this.session.check(urnOf(what, "it"), {}, news).failures.map(({ reason }) => reason);
  }

  /** What a preview of a new resource shows. */
  async preview(what: Class, news: Props): Promise<Props> {
    const urn = urnOf(what, "it");
    const { inputs } = this.session.check(urn, {}, news);
    return (await this.session.create(urn, inputs, true)).outputs;
  }

  async make(what: Class, news: Props = {}, name = "it"): Promise<Resource> {
    const urn = urnOf(what, name);
    const { inputs } = this.session.check(urn, {}, news);
    const { id, outputs } = await this.session.create(urn, inputs, false);
    return { class: what, urn, id, inputs, outputs };
  }

  diff(resource: Resource, news: Props) {
    const change = this.changeOf(resource, news);
    return this.session.diff(resource.urn, resource.id, { ...change, ignoreChanges: [] });
  }

  async update(resource: Resource, news: Props): Promise<Resource> {
    const change = this.changeOf(resource, news);
    const outputs = await this.session.update(resource.urn, resource.id, change, false);
    return { ...resource, inputs: change.news, outputs };
  }

  private changeOf(resource: Resource, news: Props) {
    const { urn, inputs: oldInputs, outputs: olds } = resource;
    return { olds, oldInputs, news: this.session.check(urn, oldInputs, news).inputs };
  }

  /** The resource as a refresh finds it; undefined when it is gone. */
  async refresh(resource: Resource): Promise<Resource | undefined> {
    const { urn, id, outputs, inputs } = resource;
    const found = await this.session.read(urn, id, { outputs, inputs });
    return found && { ...resource, ...found };
  }

  import(what: Class, id: string) {
    return this.session.read(urnOf(what, "it"), id, { outputs: {}, inputs: {} });
  }

  delete({ urn, id, outputs }: Resource): Promise<void> {
    return this.session.delete(urn, id, outputs);
  }

  /** Names of the machine operations so far, which are forgotten then. */
  takeMachineCalls(): string[] {
    return this.machineCalls.splice(0).map(([operation]) => operation);
  }
}

function urnOf(what: Class, name: string): string {
  return `urn:pulumi:dev::try::${types[what]}::${name}`;
}

/** An id of the right form that nothing has. */
export const elsewhere = "fr-par-1/11111111-1111-4111-8111-111111111111";

/** Inputs of a server without more; with a local disk; with a network volume. */
export const plain: Props = { type: "DEV1-S", image: "ubuntu_resolute" };
export const local: Props = { ...plain, rootVolume: { volumeType: "l_ssd" } };
export const network: Props = { ...plain, rootVolume: { volumeType: "sbs_volume", sizeInGb: 20 } };

/** A server with an address and user data, and what it stands on. */
export async function fleet(more: Props = network) {
  const bench = new ScalewayBench();
  const ip = await bench.make("Ip", { type: "routed_ipv4" }, "ip");
  const group = await bench.make("SecurityGroup", { inboundDefaultPolicy: "drop" }, "group");
  const inputs = {
    userData: { "cloud-init": "#cloud-config\n" },
    ...more,
    ipIds: [ip.id],
    securityGroupId: group.id,
  };
  const server = await bench.make("Server", inputs, "server");
  return { bench, ip, group, inputs, server };
}

/** A server's root volume, as its outputs show it. */
export function volumeOf({ outputs }: Resource): Props {
  return outputs["rootVolume"] as Props;
}
