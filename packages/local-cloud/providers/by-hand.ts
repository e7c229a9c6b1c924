import { EngineLog } from "../emulator/engine-log";
import { Session, type Cloud } from "../emulator/session";
import type { Props } from "../emulator/values";
import { providers } from ".";

/** Credentials that every emulated provider takes. */
const credentials: Readonly<Record<string, Props>> = {
  digitalocean: { token: `dop_v1_${"0".repeat(64)}` },
  scaleway: {
    accessKey: "SCWXXXXXXXXXXXXXXXXX",
    secretKey: "11111111-1111-4111-8111-111111111111",
    projectId: "22222222-2222-4222-8222-222222222222",
  },
  aws: { region: "us-east-1", accessKey: "AKIAREHEARSAL0000000", secretKey: "0".repeat(40) },
};

/**
 * Orders something as a person does at a provider's console: by the provider's own create, under an
 * id that is known before, or the one it gets. Answers that id; throws what the provider refuses.
 */
export async function order(
  cloud: Cloud,
  type: string,
  inputs: Props,
  name: string,
  id?: string,
): Promise<string> {
  const session = sessionFor(cloud, type);
  const checked = session.check(urnOf(type, name), {}, inputs);
  if (checked.failures.length > 0) {
    throw new Error(`${name}: ${checked.failures.map(({ reason }) => reason).join("; ")}`);
  }
  const limits = id === undefined ? {} : { assignedId: id };
  return (await session.create(urnOf(type, name), checked.inputs, false, limits)).id;
}

/**
 * Deletes something as a person does at a provider's console; a machine's host goes with it. Throws
 * when there is no such thing, and what the provider refuses.
 */
export async function discard(cloud: Cloud, type: string, id: string): Promise<void> {
  const session = sessionFor(cloud, type);
  const found = await session.read(urnOf(type, id), id, { outputs: {}, inputs: {} });
  if (!found) throw new Error(`no ${type} with id ${id}`);
  await session.delete(urnOf(type, id), found.id, found.outputs);
}

function sessionFor(cloud: Cloud, type: string): Session {
  const [name = ""] = type.split(":");
  const provider = providers.find((candidate) => candidate.name === name);
  if (!provider) throw new Error(`${type}: there is no provider ${name}`);
  const session = new Session(provider, cloud, new EngineLog());
  session.configure(credentials[name] ?? {});
  return session;
}

function urnOf(type: string, name: string): string {
  return `urn:pulumi:by-hand::local-cloud::${type}::${name}`;
}
