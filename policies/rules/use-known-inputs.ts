import { adoption, isBucket } from "../judge/buckets";
import type { Declared } from "../judge/declared";
import { knownConnection, knownDownloads, knownInputs, usualValues } from "../judge/known-inputs";
import { isOff, plain } from "../judge/off";
import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import { above, input, type Resource } from "../judge/resource";
import { projectNode, servers } from "../judge/types";
import { at, isValues, unknown, type Found } from "../../engine/values";

const providers = "pulumi:providers:";

export const policy: Policy = {
  name: "use-known-inputs",
  rules: [32, 33],
  description:
    "A resource and a provider have the inputs of `policies/judge/known-inputs.ts` alone, beside what is off or the " +
    "provider's own default: no login, role or program that another input brings to a machine, and no address, proxy " +
    "or credentials file of a provider's. A session with a machine goes to a host whose key is pinned, and over no other. " +
    "Machines and buckets that were there before Berth keep theirs.",
  check: useKnownInputs,
};

/** Judges the names of inputs, and of a session's connection; what the known ones hold others judge. */
export function* useKnownInputs(resource: Resource, declared: Declared): Generator<Judgement> {
  const known = Object.hasOwn(knownInputs, resource.type) ? knownInputs[resource.type] : undefined;
  if (known === undefined || resource.inputs === undefined) return;
  if (isBefore(resource, declared)) return;
  const isProvider = resource.type.startsWith(providers);
  for (const [key, value] of Object.entries(resource.inputs)) {
    if (known.includes(key) || isOff(plain(value)) || usualValues[key] === value) continue;
    if (isOwn(key) || (isProvider && (key === "version" || key === "pluginDownloadURL"))) continue;
    // Computed from the tags by the provider; no program can set it.
    if (key === "tagsAll" && known.includes("tags")) continue;
    yield violation(
      resource,
      `${key} is an input that no policy judges`,
      `take ${key} out; where it is needed, write it into policies/judge/known-inputs.ts and say what it can do`,
    );
  }
  if (isProvider) yield* download(resource, resource.inputs["__internal"]);
  if (known.includes("connection")) yield* connection(resource, resource.inputs["connection"]);
}

/** What the engine and the plugins' frameworks keep among inputs for themselves; no provider is told it. */
function isOwn(key: string): boolean {
  return key.startsWith("__");
}

/** A plugin from elsewhere is another program under the provider's name. */
function* download(provider: Resource, engines: Found): Generator<Judgement> {
  const told = [input(provider, "pluginDownloadURL"), at(engines, "pluginDownloadURL")] as const;
  for (const from of told) {
    if (isOff(from) || from === knownDownloads[provider.type]) continue;
    yield violation(
      provider,
      "its plugin is downloaded from an address that no policy knows",
      "take pluginDownloadURL out",
    );
  }
}

function* connection(resource: Resource, value: Found): Generator<Judgement> {
  if (value === unknown) return yield unjudged(resource, "connection");
  if (!isValues(value)) return;
  for (const [key, part] of Object.entries(value)) {
    if (knownConnection.includes(key) || isOff(part) || isOwn(key)) continue;
    yield violation(
      resource,
      `connection.${key} leads the session another way, or in by a key that is not the deployer's own`,
      `take ${key} out: sessions go by the deployer's agent straight to the machine`,
    );
  }
  if (!isOff(value["hostKey"])) return;
  yield violation(
    resource,
    "its connection pins no host key: whoever answers at the address is told what is meant for the machine",
    "set connection.hostKey",
  );
}

/** What was there before Berth has whatever inputs it was found with, and keeps them. */
function isBefore(resource: Resource, declared: Declared): boolean {
  if (isBucket(resource)) return adoption(resource, declared) === true;
  if (!Object.hasOwn(servers, resource.type)) return false;
  const node = above(resource, projectNode);
  return node !== undefined && input(node, "adopted") === true;
}
