import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { parseXML } from "@aws-sdk/xml-builder";
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";

import { isMapping, mapping } from "../../../components/fleet/mapping";
import { Refusal } from "../../ground/usage";
import type { FoundMachine } from "../found";
import { allPages, mappings, send, textOf } from "./asking";

/**
 * Every instance, of all regions that the account has switched on, with the credentials that the AWS command would
 * use. Throws a `Refusal`.
 *
 * By EC2's own query API, with the SDK's credentials, signer and reader of XML: EC2's SDK is larger than all of
 * this program, for two questions.
 */
export async function awsMachines(env: NodeJS.ProcessEnv): Promise<FoundMachine[]> {
  const answer = await ask(env, "us-east-1", { Action: "DescribeRegions" });
  const regions = itemsOf(answer["regionInfo"]).map(({ regionName }) => textOf(regionName));
  const inRegions = await Promise.all(regions.map((region) => machinesIn(env, region)));
  return inRegions.flat();
}

async function machinesIn(env: NodeJS.ProcessEnv, region: string): Promise<FoundMachine[]> {
  let token = "";
  const reservations = await allPages(`AWS, ${region},`, async () => {
    const page = await ask(env, region, {
      ...{ Action: "DescribeInstances", MaxResults: "1000" },
      ...(token === "" ? {} : { NextToken: token }),
    });
    token = textOf(page["nextToken"]);
    return { items: itemsOf(page["reservationSet"]), more: token !== "" };
  });
  return reservations.flatMap((reservation) =>
    itemsOf(reservation["instancesSet"])
      // Those are listed for an hour after their end.
      .filter((instance) => !/terminated|shutting/.test(textOf(stateOf(instance))))
      .map((instance) => machineOf(instance, region, textOf(reservation["ownerId"]))),
  );
}

function stateOf(instance: Record<string, unknown>): unknown {
  return mapping(instance["instanceState"])["name"];
}

function machineOf(
  instance: Record<string, unknown>,
  region: string,
  account: string,
): FoundMachine {
  const id = textOf(instance["instanceId"]);
  const address = textOf(instance["ipAddress"]);
  const name = itemsOf(instance["tagSet"]).find(({ key }) => key === "Name")?.["value"];
  return {
    provider: "aws",
    id,
    name: textOf(name) || id,
    region,
    size: textOf(instance["instanceType"]),
    account,
    ...(address === "" ? {} : { address }),
  };
}

async function ask(
  env: NodeJS.ProcessEnv,
  region: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Record<string, unknown>> {
  const given = env["AWS_ENDPOINT_URL_EC2"] ?? env["AWS_ENDPOINT_URL"];
  const url = new URL(given ?? `https://ec2.${region}.amazonaws.com/`);
  const body = new URLSearchParams({ ...parameters, Version: "2016-11-15" }).toString();
  const { headers } = await signerOf(env, region).sign({
    ...{ method: "POST", protocol: url.protocol, hostname: url.hostname, path: url.pathname, body },
    headers: {
      host: url.host,
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
    },
  });
  const needs = `ec2:${parameters["Action"]}`;
  const asked = { who: `AWS, ${region},`, headers, needs };
  const { text } = await send(url.href, asked, { method: "POST", body });
  try {
    const [answer] = Object.values(mapping(parseXML(text)));
    return mapping(answer);
  } catch {
    throw new Refusal(`AWS, ${region}, answers with something that is no XML`);
  }
}

function signerOf(env: NodeJS.ProcessEnv, region: string): SignatureV4 {
  const [accessKeyId, secretAccessKey] = [env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]];
  const sessionToken = env["AWS_SESSION_TOKEN"];
  const credentials =
    accessKeyId && secretAccessKey
      ? { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
      : async () => {
          try {
            return await defaultProvider()();
          } catch {
            throw new Refusal("AWS: there are no credentials; set AWS_PROFILE, or log in");
          }
        };
  return new SignatureV4({ service: "ec2", region, credentials, sha256: Sha256 });
}

/** A list of EC2's: one entry is no list to whoever reads XML. */
function itemsOf(set: unknown): Record<string, unknown>[] {
  const { item } = mapping(set);
  return isMapping(item) ? [item] : mappings(item);
}
