/** Writes event logs as the engine does, from short descriptions of resources. */

interface State {
  readonly inputs?: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
  readonly parent?: string;
  /** Of a renamed resource, before. */
  readonly urn?: string;
}

/** One step of a plan. */
export interface Line {
  readonly op: string;
  /** `digitalocean:index/droplet:Droplet`. */
  readonly type: string;
  readonly name: string;
  readonly before?: State;
  readonly after?: State;
  readonly keys?: readonly string[];
  readonly diffs?: readonly string[];
}

export interface Log {
  readonly lines: readonly Line[];
  readonly policies?: readonly {
    readonly policy: string;
    readonly name: string;
    readonly message: string;
    readonly level?: "mandatory" | "advisory";
  }[];
  readonly waivers?: unknown;
  /** Waivers that what stands already was deployed with. */
  readonly standing?: unknown;
  readonly errors?: readonly string[];
  /** False: as if no pack had been given. */
  readonly judged?: boolean;
  readonly more?: readonly Record<string, unknown>[];
}

export const stack = "prod";

export function urn(type: string, name: string): string {
  return `urn:pulumi:${stack}::berth::${type}::${name}`;
}

/** The events, to be changed by a test before they are written down. */
export function events(log: Log): Record<string, unknown>[] {
  const counts: Record<string, number> = {};
  const whole: readonly Line[] = [
    {
      op: "same",
      type: "pulumi:pulumi:Stack",
      name: "berth-prod",
      before: log.standing === undefined ? {} : { outputs: { waivers: log.standing } },
      after: {},
    },
    ...log.lines,
  ];
  for (const { op } of whole) counts[op] = (counts[op] ?? 0) + 1;
  const found = log.policies ?? [];
  const broken = found.some(({ level }) => level !== "advisory");
  const failed = broken || (log.errors ?? []).length > 0;
  const judged = log.judged ?? true;
  return [
    {
      preludeEvent: {
        config: log.waivers === undefined ? {} : { "berth:waivers": JSON.stringify(log.waivers) },
      },
    },
    ...whole.map((line) => ({ resourcePreEvent: { metadata: metadata(line) } })),
    ...found.map(({ policy, name, message, level }) => ({
      policyEvent: {
        resourceUrn: urn("some:index/type:Type", name),
        message,
        color: "never",
        policyName: policy,
        enforcementLevel: level ?? "mandatory",
      },
    })),
    ...(judged
      ? [
          {
            policyAnalyzeSummaryEvent: {
              passed: ["keep-live-machines"],
              failed: found.map(({ policy }) => policy),
            },
          },
        ]
      : []),
    ...(log.more ?? []),
    ...(log.errors ?? []).map((message) => ({
      diagnosticEvent: { message, severity: "error", color: "never" },
    })),
    {
      summaryEvent: {
        maybeCorrupt: false,
        durationSeconds: 1,
        resourceChanges: counts,
        PolicyPacks: judged ? { berth: "0.1.0" } : {},
        isPreview: true,
        result: failed ? "failed" : "succeeded",
      },
    },
    { cancelEvent: {} },
  ].map((event, sequence) => ({ sequence, timestamp: 1_795_000_000, ...event }));
}

export function logText(log: Log): string {
  return written(events(log));
}

export function written(list: readonly unknown[]): string {
  return list.map((event) => `${JSON.stringify(event)}\n`).join("");
}

function metadata({ op, type, name, before, after, keys, diffs }: Line) {
  return {
    op,
    urn: urn(type, name),
    type,
    old: before ? state(type, name, before) : null,
    new: after ? state(type, name, after) : null,
    keys: keys ?? null,
    diffs: diffs ?? null,
    detailedDiff: null,
    provider: "",
  };
}

function state(type: string, name: string, { parent, ...rest }: State) {
  const custom = !/^(berth:|pulumi:pulumi:)/.test(type);
  return {
    inputs: {},
    outputs: {},
    type,
    urn: urn(type, name),
    id: "",
    custom,
    ...rest,
    parent: parent ?? "",
  };
}

/** As the engine writes a secret. */
export const secretValue = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: "[secret]",
};
/** As the engine writes a text it does not know yet. */
export const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const nodeUrn = (name: string) => urn("berth:index:ProjectNode", name);

/** A DigitalOcean node of one project, as both sides of a plan have it. */
export function nodeLine(
  op: string,
  name: string,
  more: Partial<Record<"before" | "after", Record<string, unknown>>> = {},
): Line {
  const facts = {
    node: name,
    projects: [name],
    provider: "digitalocean",
    region: "tor1",
    rule: { name: "canada", number: 3 },
    reason: "Its data must stay in Canada: DigitalOcean, Toronto.",
    retired: false,
  };
  return {
    op,
    type: "berth:index:ProjectNode",
    name,
    ...(op === "create" ? {} : { before: { inputs: { ...facts, ...more.before } } }),
    ...(op === "delete" ? {} : { after: { inputs: { ...facts, ...more.after } } }),
  };
}

/** Its Droplet. */
export function dropletLine(
  op: string,
  node: string,
  more: {
    readonly size?: string;
    readonly protect?: boolean;
    readonly keys?: readonly string[];
    readonly retain?: boolean;
    readonly inputs?: Record<string, unknown>;
  } = {},
): Line {
  const inputs = {
    name: node,
    region: "tor1",
    size: "s-1vcpu-2gb",
    image: "ubuntu-26-04-x64",
    userData: secretValue,
  };
  const shared = {
    parent: nodeUrn(node),
    protect: more.protect ?? true,
    retainOnDelete: more.retain ?? false,
  };
  const changed = { ...inputs, ...(more.size ? { size: more.size } : {}), ...more.inputs };
  return {
    op,
    type: "digitalocean:index/droplet:Droplet",
    name: `${node}-server`,
    ...(op === "create" ? {} : { before: { inputs, ...shared } }),
    ...(op === "delete" ? {} : { after: { inputs: changed, ...shared } }),
    ...(more.keys ? { keys: more.keys } : {}),
    diffs: Object.keys(changed).filter(
      (key) => Reflect.get(changed, key) !== Reflect.get(inputs, key),
    ),
  };
}

/** A DNS record. */
export function recordLine(op: string, name: string, before: unknown, after: unknown): Line {
  const inputs = (content: unknown) => ({ name, type: "A", content, proxied: true });
  return {
    op,
    type: "cloudflare:index/dnsRecord:DnsRecord",
    name: name.replaceAll(".", "-"),
    ...(before === undefined ? {} : { before: { inputs: inputs(before) } }),
    ...(after === undefined ? {} : { after: { inputs: inputs(after) } }),
  };
}

/** Who may enter a node. */
export function bootstrapLine(op: string, node: string, before: unknown, after: unknown): Line {
  const parent = nodeUrn(node);
  return {
    op,
    type: "berth:index:Bootstrap",
    name: node,
    ...(before === undefined
      ? {}
      : { before: { inputs: before as Record<string, unknown>, parent } }),
    ...(after === undefined ? {} : { after: { inputs: after as Record<string, unknown>, parent } }),
  };
}
