import type { Caller } from "./caller";
import type { EngineLog } from "./engine-log";
import type { Faults } from "./faults";
import {
  InitializationError,
  NotImplementedError,
  ProviderError,
  type Change,
  type CheckFailure,
  type Context,
  type DiffResult,
  type Provider,
  type ResourceHandler,
  type Subject,
} from "./handler";
import type { Account } from "../s3/account";
import type { Machines } from "./machines";
import { conceal, equal, reveal, UNKNOWN, type Props } from "./values";
import type { World } from "./world";

/** What all providers of one local cloud share. */
export interface Cloud {
  readonly world: World;
  readonly faults: Faults;
  readonly machines: Machines;
  /** See `Context.account`. */
  readonly account?: Account;
  now(): Date;
}

/** What bounds one call of the engine. */
export interface CallLimits {
  /** Aborted when the engine is gone: it calls nothing back of what it has asked for. */
  readonly gone?: AbortSignal;
  /** The resource's custom time-out; 0 or absent: none. */
  readonly timeoutSeconds?: number;
  /** See `Context.assignedId`. */
  readonly assignedId?: string;
}

/** What a provider written in Go says of a call that was given up. */
export function contextError(signal: AbortSignal): string {
  const reason: unknown = signal.reason;
  return reason instanceof Error && reason.name === "TimeoutError"
    ? "context deadline exceeded"
    : "context canceled";
}

/** Outputs to mark: what is unknown yet is marked by the engine itself, not by the provider. */
function knownOf(outputs: Props, secrets: ReadonlySet<string>): string[] {
  return [...secrets].filter((key) => outputs[key] !== UNKNOWN);
}

/**
 * One configured provider on one connection of the engine. Keeps secrets out of the handlers'
 * sight and puts their markers back; shows the faults that were asked for.
 */
export class Session {
  private config: Props = {};
  private readonly handlers: ReadonlyMap<string, ResourceHandler>;
  private readonly cancelled = new AbortController();

  constructor(
    private readonly provider: Provider,
    private readonly cloud: Cloud,
    /** Where log lines of this connection's engine go. */
    readonly engine: EngineLog,
    private readonly environment: (name: string) => string | undefined = (name) =>
      process.env[name],
    private readonly caller: () => Caller = () => ({
      environment: process.env,
      directory: process.cwd(),
    }),
  ) {
    this.handlers = new Map(provider.resources.map((handler) => [handler.type, handler]));
  }

  checkConfig(news: Props, urn = ""): { inputs: Props; failures: readonly CheckFailure[] } {
    const secrets = new Set(this.provider.secretConfig);
    const plain = reveal(news, secrets);
    const env = new Proxy<NodeJS.ProcessEnv>(
      {},
      { get: (_, name) => this.environment(String(name)) },
    );
    const { inputs, failures = [] } = this.provider.checkConfig?.(plain, env, urn) ?? {
      inputs: plain,
    };
    return { inputs: conceal(inputs, secrets), failures };
  }

  diffConfig(olds: Props, news: Props): DiffResult {
    if (this.provider.diffsConfig === false) {
      throw new NotImplementedError("DiffConfig is not implemented");
    }
    const diffs = Object.keys({ ...olds, ...news }).filter((key) => !equal(olds[key], news[key]));
    return { changes: diffs.length > 0, replaces: [], diffs };
  }

  configure(args: Props): void {
    this.config = reveal(args);
    this.provider.configure?.(this.config, this.context(""));
  }

  cancel(): void {
    this.cancelled.abort();
  }

  async invoke(token: string, args: Props): Promise<Props> {
    const handler = this.provider.invokes?.[token];
    if (!handler) throw new ProviderError(`${this.provider.name} is not emulated for ${token}`);
    await this.strike({ type: token }, "invoke");
    return handler(reveal(args), this.context(""));
  }

  check(
    urn: string,
    olds: Props,
    news: Props,
  ): { inputs: Props; failures: readonly CheckFailure[] } {
    const [handler, subject] = this.resolve(urn);
    const secrets = new Set<string>();
    const result = handler.check(subject, reveal(olds), reveal(news, secrets), this.context(urn));
    for (const key of result.secretInputs ?? []) secrets.add(key);
    return { inputs: conceal(result.inputs, secrets), failures: result.failures ?? [] };
  }

  diff(
    urn: string,
    id: string,
    change: { olds: Props; oldInputs: Props; news: Props; ignoreChanges: readonly string[] },
  ): DiffResult {
    const [handler, subject] = this.resolve(urn);
    const news = { ...change.news };
    for (const key of change.ignoreChanges) {
      if (key in change.oldInputs) news[key] = change.oldInputs[key];
      else delete news[key];
    }
    const verdict = handler.diff(
      { ...subject, id },
      revealed({ ...change, news }),
      this.context(urn),
    );
    return withoutIgnored(verdict, change.ignoreChanges);
  }

  async create(
    urn: string,
    inputs: Props,
    preview: boolean,
    limits?: CallLimits,
  ): Promise<{ id: string; outputs: Props }> {
    const [handler, subject] = this.resolve(urn);
    const secrets = new Set(handler.secretOutputs);
    const plain = reveal(inputs, secrets);
    const context = this.context(urn, limits);
    const fault = preview ? undefined : await this.strike(subject, "create", context.signal);
    const made = await handler.create(subject, plain, preview, context);
    if (fault?.kind === "unanswered") await silence(context.signal);
    const outputs = conceal(made.outputs, knownOf(made.outputs, secrets));
    if (fault) throw new InitializationError(made.id, outputs, inputs, [fault.message]);
    return { id: made.id, outputs };
  }

  async read(
    urn: string,
    id: string,
    known: { outputs: Props; inputs: Props },
  ): Promise<{ id: string; outputs: Props; inputs: Props } | undefined> {
    const [handler, subject] = this.resolve(urn);
    await this.strike(subject, "read");
    const inputSecrets = new Set<string>();
    const inputs = reveal(known.inputs, inputSecrets);
    const outputSecrets = new Set([...inputSecrets, ...(handler.secretOutputs ?? [])]);
    const outputs = reveal(known.outputs, outputSecrets);
    const found = await handler.read({ ...subject, id }, { outputs, inputs }, this.context(urn));
    return (
      found && {
        id: found.id,
        outputs: conceal(found.outputs, outputSecrets),
        inputs: conceal(found.inputs, inputSecrets),
      }
    );
  }

  async update(
    urn: string,
    id: string,
    change: { olds: Props; oldInputs: Props; news: Props },
    preview: boolean,
    limits?: CallLimits,
  ): Promise<Props> {
    const [handler, subject] = this.resolve(urn);
    const secrets = new Set(handler.secretOutputs);
    const context = this.context(urn, limits);
    const fault = preview ? undefined : await this.strike(subject, "update", context.signal);
    const updated = await handler.update(
      { ...subject, id },
      revealed(change, secrets),
      preview,
      context,
    );
    const outputs = conceal(updated, knownOf(updated, secrets));
    if (fault) throw new InitializationError(id, outputs, change.news, [fault.message]);
    return outputs;
  }

  async delete(urn: string, id: string, outputs: Props, limits?: CallLimits): Promise<void> {
    const [handler, subject] = this.resolve(urn);
    const context = this.context(urn, limits);
    const fault = await this.strike(subject, "delete", context.signal);
    await handler.delete({ ...subject, id }, reveal(outputs), context);
    if (fault) throw new ProviderError(fault.message);
  }

  private resolve(urn: string): [ResourceHandler, Subject] {
    const [, , qualified = "", ...rest] = urn.split("::");
    const name = rest.join("::");
    const type = qualified.split("$").at(-1)!;
    const handler = this.handlers.get(type);
    if (!handler) throw new ProviderError(`${type} is not emulated on the local cloud`);
    return [handler, { urn, name, type }];
  }

  private context(urn: string, limits: CallLimits = {}): Context {
    const gone = limits.gone ?? new AbortController().signal;
    const signals = [this.cancelled.signal, gone];
    if (limits.timeoutSeconds) signals.push(AbortSignal.timeout(limits.timeoutSeconds * 1000));
    return {
      world: this.cloud.world,
      config: this.config,
      machines: this.cloud.machines,
      ...(this.cloud.account ? { account: this.cloud.account } : {}),
      now: () => this.cloud.now(),
      log: (severity, message, passing) => this.engine.write(severity, urn, message, passing),
      environment: this.environment,
      caller: this.caller,
      signal: AbortSignal.any(signals),
      gone,
      ...(limits.assignedId === undefined ? {} : { assignedId: limits.assignedId }),
    };
  }

  /** Shows a waiting fault; returns it only when the operation shall happen first. */
  private async strike(
    { type, name }: { readonly type: string; readonly name?: string },
    operation: Parameters<Faults["strike"]>[1],
    signal: AbortSignal = this.cancelled.signal,
  ) {
    const fault = this.cloud.faults.strike(type, operation, name);
    if (fault?.kind === "error") throw new ProviderError(fault.message);
    if (fault?.kind === "timeout") await silence(signal);
    return fault;
  }
}

/** A change without markers, and its inputs with them; adds the keys of new secrets to `secrets`. */
function revealed(
  { olds, oldInputs, news }: Pick<Change, "olds" | "oldInputs" | "news">,
  secrets?: Set<string>,
): Change {
  return {
    olds: reveal(olds),
    oldInputs: reveal(oldInputs),
    news: reveal(news, secrets),
    marked: { oldInputs, news },
  };
}

/** No answer until the call is given up. */
async function silence(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  }
  throw new ProviderError(contextError(signal));
}

/** The bridge drops differences of ignored properties, those the provider itself comes up with too. */
function withoutIgnored(verdict: DiffResult, ignored: readonly string[]): DiffResult {
  if (ignored.length === 0 || !verdict.changes) return verdict;
  const counts = (path: string) => !ignored.includes(/^[^.[]+/.exec(path)?.[0] ?? path);
  const diffs = verdict.diffs.filter(counts);
  return {
    ...verdict,
    changes: diffs.length > 0,
    diffs,
    replaces: verdict.replaces.filter(counts),
    ...(verdict.detailed && {
      detailed: Object.fromEntries(
        Object.entries(verdict.detailed).filter(([path]) => counts(path)),
      ),
    }),
  };
}
