import { isIPv4 } from "node:net";

import { Refusal } from "./usage";

/**
 * The resolvers that `BERTH_RESOLVERS` names: IPv4 addresses with commas between, each with a port where it is not 53;
 * undefined where it names none. Throws a `Refusal` for anything else.
 */
export function namedResolvers(env: NodeJS.ProcessEnv): readonly string[] | undefined {
  const given = env["BERTH_RESOLVERS"];
  if (given === undefined || given === "") return undefined;
  const addresses = given.split(",").map((each) => each.trim());
  const wrong = addresses.find((each) => !isIPv4(each.replace(/:\d+$/, "")));
  if (wrong === undefined) return addresses;
  throw new Refusal(
    `BERTH_RESOLVERS: ${JSON.stringify(wrong)} is no IPv4 address; write addresses with commas between`,
  );
}
