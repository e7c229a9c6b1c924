import { readFileSync } from "node:fs";

import {
  GetUserCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListGroupsForUserCommand,
  RemoveUserFromGroupCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";

/**
 * What is known of a person's keys in one AWS account, by the IAM user of the member's name:
 * - `closed`: every key is inactive, and the user is in no group,
 * - `absent`: there is no user of that name,
 * - `open`: a key is active, or nobody may look or close: what is said goes on with a person.
 */
export interface AwsKeys {
  /** Twelve digits. */
  readonly account: string;
  readonly verdict: "closed" | "absent" | "open";
  readonly seen: readonly string[];
}

/** What an answer may take. Unit: milliseconds. */
const patienceMs = 20_000;

/**
 * Makes every access key of the member's IAM user inactive and takes the user out of its groups, as far as the
 * operator's own credentials may, and looks again (R42: issuing keys stays a manager's act, and so does deleting
 * the user). Never throws: what could not be done is said.
 */
export async function closeAwsKeys(
  member: string,
  account: string,
  env: NodeJS.ProcessEnv,
): Promise<AwsKeys> {
  const iam = clientOf(env);
  const open = (...seen: string[]): AwsKeys => ({ account, verdict: "open", seen });
  try {
    const { User: me } = await iam.send(new GetUserCommand({}));
    const mine = /^arn:[^:]+:iam::(\d{12}):/.exec(me?.Arn ?? "")?.[1];
    if (mine !== account)
      return open(`the credentials at hand are of account ${mine ?? "unknown"}`);
    const before = await keysOf(iam, member);
    if (before === undefined) return { account, verdict: "absent", seen: ["no IAM user"] };
    const told = await closeAll(iam, member, before);
    const after = (await keysOf(iam, member)) ?? [];
    const active = after.filter(({ active }) => active).map(({ id }) => `key ${id} is active`);
    const left = (await groupsOf(iam, member)).map((group) => `in group ${group}`);
    const found = [...active, ...left];
    if (found.length > 0) return open(...found, ...told.refused);
    const keys = after.map(({ id }) => `key ${id} is inactive`);
    return { account, verdict: "closed", seen: [...keys, ...told.done] };
  } catch (error) {
    return open(`could not be looked at: ${wordsOf(error)}`);
  } finally {
    iam.destroy();
  }
}

interface Key {
  readonly id: string;
  readonly active: boolean;
}

/** Undefined where there is no such user. */
async function keysOf(iam: IAMClient, member: string): Promise<Key[] | undefined> {
  try {
    // A user has two keys at most.
    const { AccessKeyMetadata: keys = [] } = await iam.send(
      new ListAccessKeysCommand({ UserName: member }),
    );
    return keys.map(({ AccessKeyId: id = "", Status }) => ({ id, active: Status !== "Inactive" }));
  } catch (error) {
    if (error instanceof Error && /^NoSuchEntity/.test(error.name)) return undefined;
    throw error;
  }
}

async function groupsOf(iam: IAMClient, member: string): Promise<string[]> {
  const { Groups = [] } = await iam.send(new ListGroupsForUserCommand({ UserName: member }));
  return Groups.flatMap(({ GroupName }) => GroupName ?? []);
}

async function closeAll(
  iam: IAMClient,
  UserName: string,
  keys: readonly Key[],
): Promise<{ done: string[]; refused: string[] }> {
  const done: string[] = [];
  const refused: string[] = [];
  const attempt = async (what: string, work: () => Promise<unknown>) => {
    try {
      await work();
      done.push(what);
    } catch (error) {
      refused.push(`not ${what}: ${wordsOf(error)}`);
    }
  };
  for (const { id } of keys.filter(({ active }) => active)) {
    await attempt(`made ${id} inactive`, () =>
      iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId: id, Status: "Inactive" })),
    );
  }
  for (const GroupName of await groupsOf(iam, UserName)) {
    await attempt(`taken out of group ${GroupName}`, () =>
      iam.send(new RemoveUserFromGroupCommand({ UserName, GroupName })),
    );
  }
  return { done, refused };
}

function clientOf(env: NodeJS.ProcessEnv): IAMClient {
  const endpoint = env["AWS_ENDPOINT_URL_IAM"] ?? env["AWS_ENDPOINT_URL"];
  const bundle = env["AWS_CA_BUNDLE"];
  const [accessKeyId, secretAccessKey] = [env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]];
  const sessionToken = env["AWS_SESSION_TOKEN"];
  return new IAMClient({
    region: "us-east-1",
    maxAttempts: 2,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(accessKeyId && secretAccessKey
      ? {
          credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) },
        }
      : {}),
    requestHandler: {
      requestTimeout: patienceMs,
      ...(bundle ? { httpsAgent: { ca: readFileSync(bundle, "utf8") } } : {}),
    },
  });
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message.split("\n")[0]}` : String(error);
}
