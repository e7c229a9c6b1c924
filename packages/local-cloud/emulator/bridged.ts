import { InitializationError, ProviderError, type ResourceHandler } from "./handler";
import type { Props } from "./values";
import { UNKNOWN } from "./values";

/** The API made the object, then refused a later step: the object stays in the program's state. */
export class HalfMade extends ProviderError {
  constructor(
    readonly id: string,
    readonly reason: ProviderError,
  ) {
    super(reason.message);
  }
}

/** A refusal while the change is planned, which a create reports as a failed diff. */
export class PlanError extends ProviderError {}

/**
 * Wraps refusals the way the bridge does for Terraform SDK v2 providers, as the recorded calls
 * show: every one becomes a list of one error, all but those of a plain create are led by what was
 * being done, and a failed update or a half-made object carries the state that was reached.
 */
export function bridged(
  handler: ResourceHandler,
  plan: (inputs: Props, olds: Props | undefined) => Props,
): ResourceHandler {
  return {
    ...handler,
    diff: (subject, change, context) => {
      try {
        return handler.diff(subject, change, context);
      } catch (error) {
        throw wrapped(error, `diffing ${subject.urn}`);
      }
    },
    create: async (subject, inputs, preview, context) => {
      try {
        return await handler.create(subject, inputs, preview, context);
      } catch (error) {
        if (error instanceof PlanError) throw wrapped(error, `diffing ${subject.urn}`);
        if (!(error instanceof HalfMade)) throw wrapped(error);
        const { message } = wrapped(error.reason, `creating ${subject.urn}`) as Error;
        const outputs = { ...(known(plan(inputs, undefined)) as Props), id: error.id };
        throw new InitializationError(error.id, outputs, inputs, [message]);
      }
    },
    read: async (subject, state, context) => {
      try {
        return await handler.read(subject, state, context);
      } catch (error) {
        throw wrapped(error, `refreshing ${subject.urn}`);
      }
    },
    update: async (subject, change, preview, context) => {
      try {
        return await handler.update(subject, change, preview, context);
      } catch (error) {
        const failure = wrapped(error, `updating ${subject.urn}`);
        if (preview || !(failure instanceof ProviderError)) throw failure;
        // A failed Terraform update leaves the planned values in the state, not the former ones.
        const outputs = known(plan(change.news, change.olds)) as Props;
        throw new InitializationError(subject.id, outputs, change.news, [failure.message]);
      }
    },
    delete: async (subject, outputs, context) => {
      try {
        await handler.delete(subject, outputs, context);
      } catch (error) {
        throw wrapped(error, `deleting ${subject.urn}`);
      }
    },
  };
}

function wrapped(error: unknown, doing?: string): unknown {
  if (!(error instanceof ProviderError) || error instanceof InitializationError) return error;
  const list = `1 error occurred:\n\t* ${error.message}\n\n`;
  return new ProviderError(doing === undefined ? list : `${doing}: ${list}`);
}

/** What a half-made object's state holds: the plan, with nothing where it was not yet known. */
function known(value: unknown): unknown {
  if (value === UNKNOWN) return null;
  if (Array.isArray(value)) return value.map(known);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, known(member)]));
}
