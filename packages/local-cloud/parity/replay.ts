import { EngineLog } from "../emulator/engine-log";
import { Faults, type FaultKind } from "../emulator/faults";
import {
  InitializationError,
  InvokeRefusal,
  type DiffResult,
  type Provider,
} from "../emulator/handler";
import { recordedMachines } from "../emulator/machines";
import { Session } from "../emulator/session";
import { isObject, type Props } from "../emulator/values";
import { World } from "../emulator/world";
import { commandOver } from "../providers/command";
import { accounts } from "./accounts";
import { credentials, credentialVariables, environmentOf } from "./credentials";
import type { Call } from "./recording";
import { recordedShell } from "./recorded-shell";
import { referencedBy, seed, subjectOf, type KnownObject } from "./seed";

/** What an emulator answered, in the form of a recorded response. */
export interface Answer {
  readonly response: Props;
  readonly error?: string;
}

/** The circumstances of a call, of which a recording shows only a part. */
export interface Circumstances {
  /** Objects on the cloud beside the one the call is about. */
  readonly others: readonly KnownObject[];
  /** Whether the object the call is about exists. */
  readonly subject: boolean;
  readonly credentials: boolean;
  /** Whether what the recording refers to without showing it exists. */
  readonly account: boolean;
  /** Whether the same was asked once before, so that another such object is in the way. */
  readonly twin?: boolean;
  /** Variables on top of the credentials, or instead of them. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Provider configuration; what CheckConfig makes of the environment when empty. */
  readonly config: Props;
  /** Makes the cloud fail with this text. */
  readonly fault?: { readonly kind: FaultKind; readonly message: string };
}

/** Puts one recorded call to an emulator on a cloud of its own. */
export async function replay(
  call: Call,
  emulated: Provider,
  circumstances: Circumstances,
): Promise<Answer> {
  // The machines that recorded commands ran on are gone: their answers stand in for them.
  const provider = emulated.name === "command" ? commandOver(recordedShell(call)) : emulated;
  const world = new World();
  const faults = new Faults();
  seed(world, provider, circumstances.others);
  const subject = circumstances.subject ? subjectOf(call) : undefined;
  if (subject) seed(world, provider, [subject]);
  if (circumstances.account) accounts[provider.name]?.(world, call);
  const operation = call.method.toLowerCase();
  if (circumstances.fault && isFaulty(operation)) {
    faults.add({ type: call.type, operation, times: 1, ...circumstances.fault });
  }
  const now = () => momentOf(call);
  const cloud = { world, faults, machines: recordedMachines, now };
  const environment: Readonly<Record<string, string>> = {
    ...(circumstances.credentials ? credentials : {}),
    ...circumstances.environment,
  };
  const session = new Session(provider, cloud, new EngineLog(), (name) => environment[name]);
  const restore = setEnvironment(environment);
  try {
    if (call.method !== "Configure" && call.method !== "CheckConfig") {
      const { config } = circumstances;
      const given = Object.keys(config).length > 0;
      session.configure(given ? config : session.checkConfig({}).inputs);
    }
    if (circumstances.twin) await ask(session, call, provider);
    return { response: await ask(session, call, provider) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error instanceof InvokeRefusal) return { response: { failures: error.failures } };
    const lasting = error instanceof InitializationError ? { id: error.id } : {};
    return { response: lasting, error: error.message };
  } finally {
    restore();
  }
}

/** When a call is replayed: on one and the same day, and after its object came to be. */
function momentOf({ request }: Call): Date {
  const { olds } = request;
  const made = Date.parse(String(isObject(olds) ? olds["validityStartTime"] : ""));
  return new Date(Math.max(Date.parse("2026-11-21T12:00:00.250Z"), (made || 0) + 1000));
}

const faulty = ["create", "read", "update", "delete", "invoke"] as const;
function isFaulty(operation: string): operation is (typeof faulty)[number] {
  return (faulty as readonly string[]).includes(operation);
}

/** Only made-up credentials, or none, while a call is replayed; returns what undoes it. */
function setEnvironment(given: Readonly<Record<string, string>>): () => void {
  const before = { ...process.env };
  for (const key of Object.keys(process.env)) {
    if (credentialVariables.test(key)) delete process.env[key];
  }
  Object.assign(process.env, given);
  return () => {
    for (const key of Object.keys(given)) delete process.env[key];
    Object.assign(process.env, before);
  };
}

async function ask(session: Session, call: Call, provider: Provider): Promise<Props> {
  const { urn, id, request } = call;
  const member = (key: string): Props => (isObject(request[key]) ? { ...request[key] } : {});
  switch (call.method) {
    case "CheckConfig":
      return session.checkConfig(member("news"), urn);
    case "DiffConfig":
      return asMessage(session.diffConfig(member("oldInputs"), member("news")));
    case "Configure":
      session.configure(configOf(call));
      return {
        acceptResources: true,
        supportsPreview: provider.capabilities.supportsPreview,
        acceptSecrets: provider.capabilities.acceptSecrets,
        supportsAutonamingConfiguration: provider.capabilities.supportsAutonaming,
      };
    case "Invoke":
      return { return: await session.invoke(call.type, member("args")) };
    case "Check":
      return session.check(urn, member("olds"), member("news"));
    case "Diff": {
      const ignored = request["ignoreChanges"];
      const ignoreChanges = Array.isArray(ignored) ? ignored.map(String) : [];
      const change = { olds: member("olds"), oldInputs: oldInputsOf(call), news: member("news") };
      return asMessage(session.diff(urn, id, { ...change, ignoreChanges }));
    }
    case "Create": {
      const made = await session.create(urn, member("properties"), call.preview);
      return { id: made.id, properties: made.outputs };
    }
    case "Read": {
      const known = { outputs: member("properties"), inputs: member("inputs") };
      const found = await session.read(urn, id, known);
      return found ? { id: found.id, properties: found.outputs, inputs: found.inputs } : {};
    }
    case "Update": {
      const change = { olds: member("olds"), oldInputs: oldInputsOf(call), news: member("news") };
      return { properties: await session.update(urn, id, change, call.preview) };
    }
    case "Delete":
      await session.delete(urn, id, member("properties"));
      return {};
    default: {
      const never: never = call.method;
      throw new Error(`method ${String(never)}`);
    }
  }
}

/** A recording without old inputs: the old state, as far as the new inputs name its members. */
function oldInputsOf(call: Call): Props {
  const { oldInputs, olds, news } = call.request;
  if (isObject(oldInputs)) return oldInputs;
  if (!isObject(olds) || !isObject(news)) return {};
  return Object.fromEntries(Object.entries(olds).filter(([key]) => key in news));
}

/** Configuration of a recorded Configure: `args`, or `variables` by `provider:config:key`. */
export function configOf(call: Call): Props {
  const { args, variables } = call.request;
  if (isObject(args)) return args;
  if (!isObject(variables)) return {};
  return Object.fromEntries(
    Object.entries(variables).map(([key, value]) => [key.split(":").at(-1)!, value]),
  );
}

function asMessage(diff: DiffResult): Props {
  const { changes, detailed, ...lists } = diff;
  return {
    ...lists,
    changes: changes ? "DIFF_SOME" : "DIFF_NONE",
    ...(detailed
      ? {
          hasDetailedDiff: true,
          detailedDiff: Object.fromEntries(
            Object.entries(detailed).map(([path, kind]) => [path, { kind }]),
          ),
        }
      : {}),
  };
}

/**
 * Circumstances to try, most likely first. A call that succeeded had what it refers to. One that
 * failed may have met anything recorded before it, or lacked its object or credentials: the
 * recording does not say, so the emulator must give the recorded text in one of them.
 */
export function circumstancesOf(
  call: Call,
  provider: Provider,
  history: { everSeen: readonly KnownObject[]; standing: readonly KnownObject[]; config: Props },
): Circumstances[] {
  const { config } = history;
  const others = referencedBy(call, history.everSeen, provider);
  const usual = { others, subject: true, credentials: true, account: true, config };
  if (call.type === "(provider)") {
    const environment = environmentOf(call) ?? {};
    return [{ ...usual, credentials: false, environment }, usual];
  }
  if (call.method === "Invoke" && call.error === undefined) {
    // A look-up by name or tag does not say which object it found.
    return [usual, { ...usual, others: history.standing }, { ...usual, others: history.everSeen }];
  }
  if (call.error === undefined) return [usual];
  return [
    usual,
    { ...usual, others: history.standing },
    { ...usual, subject: false },
    { ...usual, others: [] },
    ...(call.method === "Create" && !call.preview ? [{ ...usual, twin: true }] : []),
    { ...usual, account: false },
    { ...usual, subject: false, account: false },
    { ...usual, others: [], account: false },
    { ...usual, credentials: false },
    ...badCredentials.map((environment) => ({ ...usual, environment })),
  ];
}

/** Credentials that no cloud takes. */
const badCredentials: readonly Readonly<Record<string, string>>[] = [
  { CLOUDFLARE_API_TOKEN: "short" },
  { CLOUDFLARE_API_TOKEN: `${credentials["CLOUDFLARE_API_TOKEN"]}\n` },
];
