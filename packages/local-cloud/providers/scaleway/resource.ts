import { bridged, PlanError } from "../../emulator/bridged";
import { snake } from "../../emulator/check";
import { ProviderError, type Context, type ResourceHandler } from "../../emulator/handler";
import { plan } from "../../emulator/plan";
import { resource } from "../../emulator/resource";
import type { Field, ResourceTable } from "../../emulator/table";
import { UNKNOWN, type Props } from "../../emulator/values";
import { authenticate, localizedId, uuidProblem } from "./account";
import { zones } from "./catalog";

/** `projectId`: a change replaces; anything but a UUID is refused. */
export const projectId: Field = {
  type: "string",
  computed: true,
  forceNew: true,
  refuse: (value, subject, place) => {
    const problem = uuidProblem(value);
    return problem && `${problem}. Examine values at '${subject.name}.${place}'.`;
  },
};

/**
 * `zone`: a change from one to another replaces. The provider suppresses a difference from or to
 * none (`SuppressSDKNullAssignment`), so `Check` never adds it, a preview shows null where the cloud
 * will show a zone, and a state without one is no reason to replace.
 */
export const zone: Field = {
  type: "string",
  computed: true,
  forceNew: true,
  same: (state, input) => state === null || state === undefined || state === input,
};

/** `tags`, which stay null in the state until there are some. */
export const tags: Field = { type: "list", absent: null };

/** A field that must be one of a few words, refused in the words of the provider. */
export function oneOf(...allowed: string[]): NonNullable<Field["refuse"]> {
  const list = allowed.map((word) => `"${word}"`).join(" ");
  return (value, subject, place) => {
    if (value === UNKNOWN || allowed.includes(String(value))) return undefined;
    const name = snake(place.split(".").at(-1)!);
    return `expected ${name} to be one of [${list}], got ${String(value)}. Examine values at '${subject.name}.${place}'.`;
  };
}

/** What a zonal resource adds to its table. */
export interface Extras {
  /** Refuses a planned state that no API call is needed for; runs in a create's preview too. */
  readonly checkPlan?: (inputs: Props, context: Context) => void;
  /** Ids are bare uuids, not `zone/uuid`. */
  readonly global?: boolean;
  /** Puts an object into a world that a program's state shows only in part. */
  readonly seed?: ResourceHandler["seed"];
}

/**
 * A handler with what all resources of this provider share: API calls need a key, refusals are
 * worded by the bridge, ids name their zone, and a zone that does not exist earns a warning.
 */
export function scalewayResource(table: ResourceTable, extras: Extras = {}): ResourceHandler {
  const complete: ResourceTable = {
    ...table,
    inputs: { ...table.inputs, ...(extras.global ? {} : { zone }) },
    validate: (inputs, subject, context) => {
      if (!extras.global) warnOfZone(inputs["zone"], context);
      return table.validate?.(inputs, subject, context) ?? [];
    },
    // Reading the id comes first, so that a bare uuid is refused before anything is looked up.
    api: { ...table.api, ...(extras.global ? {} : { importId: localizedId }) },
    adjustPlan: (outputs, news, olds) => {
      const planned = table.adjustPlan?.(outputs, news, olds) ?? outputs;
      return extras.global ? planned : { ...planned, zone: olds?.["zone"] ?? null };
    },
  };
  const handler = resource(complete);
  const called: ResourceHandler = {
    ...handler,
    ...(extras.seed ? { seed: extras.seed } : {}),
    create: (subject, inputs, preview, context) => {
      try {
        extras.checkPlan?.(inputs, context);
      } catch (error) {
        throw error instanceof ProviderError ? new PlanError(error.message) : error;
      }
      if (!preview) authenticate(context);
      return handler.create(subject, inputs, preview, context);
    },
    read: (subject, known, context) => {
      authenticate(context);
      return handler.read(subject, known, context);
    },
    update: (subject, change, preview, context) => {
      if (!preview) authenticate(context);
      return handler.update(subject, change, preview, context);
    },
    delete: (subject, outputs, context) => {
      authenticate(context);
      return handler.delete(subject, outputs, context);
    },
  };
  return bridged(called, (inputs, olds) => plan(complete, inputs, olds));
}

function warnOfZone(given: unknown, context: Context): void {
  if (given === undefined || given === UNKNOWN || zones.includes(String(given))) return;
  const list = zones.map((name) => `"${name}"`).join(" ");
  context.log("warning", `expected zone to be one of [${list}], got ${String(given)}`);
}
