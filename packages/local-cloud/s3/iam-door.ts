/**
 * IAM as a person asks it at the door, by the query protocol: users, groups, keys and their policies, for the
 * account's own key alone. What is not in its table is refused as an unknown action.
 */

import type { IncomingMessage, ServerResponse } from "node:http";

import type { Account } from "./account";
import { Refused } from "./book";
import { isSignedBy } from "./sign";
import { escaped } from "./xml";

/** More than any action of these takes. Unit: bytes. */
const most = 64 * 1024;

/** Takes one action, and answers. `service`: what the request is signed for. */
export async function answerIam(
  account: Account,
  request: IncomingMessage,
  response: ServerResponse,
  service: string,
): Promise<void> {
  try {
    const body = await bodyOf(request);
    if (!["iam", "sts"].includes(service) || request.method !== "POST" || request.url !== "/") {
      throw new Refused(501, "NotImplemented", `${service} is not on the local cloud`);
    }
    if (!isSignedBy(account.root, request.headers, body)) {
      throw new Refused(403, "AccessDenied", "IAM takes the account's own key on the local cloud");
    }
    const form = new URLSearchParams(body);
    const action = form.get("Action") ?? "";
    const act = Object.hasOwn(actions, action) ? actions[action] : undefined;
    if (!act) throw new Refused(400, "InvalidAction", `${action} is not on the local cloud`);
    const said = await act(account, (name) => form.get(name) ?? "");
    const result = said === "" ? "" : `<${action}Result>${said}</${action}Result>`;
    const id = "<ResponseMetadata><RequestId>local-cloud</RequestId></ResponseMetadata>";
    const of = `https://${service}.amazonaws.com/doc/${service === "iam" ? "2010-05-08" : "2011-06-15"}/`;
    say(response, 200, `<${action}Response xmlns="${of}">${result}${id}</${action}Response>`);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { status, code, message } = error;
    const told = `<Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message>`;
    say(response, status, `<ErrorResponse><Error>${told}</Error></ErrorResponse>`);
  }
}

type Act = (
  account: Account,
  given: (name: string) => string,
) => Promise<string | void> | string | void;

const arn = ({ id }: Account, path: string) => `arn:aws:iam::${id}:${path}`;
const began = "2026-01-01T00:00:00Z";

const actions: Readonly<Record<string, (...words: Parameters<Act>) => Promise<string>>> =
  Object.fromEntries(
    Object.entries<Act>({
      GetCallerIdentity: (account) =>
        `<Arn>${arn(account, "root")}</Arn><UserId>${account.id}</UserId><Account>${account.id}</Account>`,
      CreateUser: async (account, given) => {
        await account.people.createUser(given("UserName"), given("Path") || "/");
        return `<User>${userXml(account, given("UserName"))}</User>`;
      },
      GetUser: (account, given) =>
        given("UserName") === ""
          ? `<User><Path>/</Path><UserName>root</UserName><UserId>${account.id}</UserId><Arn>${arn(account, "root")}</Arn><CreateDate>${began}</CreateDate></User>`
          : `<User>${userXml(account, given("UserName"))}</User>`,
      ListUsers: (account) =>
        listed(
          "Users",
          account.people.users().map((name) => userXml(account, name)),
        ),
      DeleteUser: async (account, given) => {
        if ((await account.people.keysOf(given("UserName"))).length > 0) {
          throw new Refused(
            409,
            "DeleteConflict",
            "Cannot delete entity, must delete access keys first.",
          );
        }
        await account.people.removeUser(given("UserName"));
      },
      CreateAccessKey: async (account, given) => {
        const key = await account.people.createKey(given("UserName"));
        return `<AccessKey><UserName>${escaped(given("UserName"))}</UserName><AccessKeyId>${key.accessKeyId}</AccessKeyId><Status>Active</Status><SecretAccessKey>${key.secretAccessKey}</SecretAccessKey><CreateDate>${began}</CreateDate></AccessKey>`;
      },
      ListAccessKeys: async (account, given) =>
        listed(
          "AccessKeyMetadata",
          (await account.people.keysOf(given("UserName"))).map(
            ({ id, status, created }) =>
              `<UserName>${escaped(given("UserName"))}</UserName><AccessKeyId>${id}</AccessKeyId><Status>${status}</Status><CreateDate>${created}</CreateDate>`,
          ),
        ),
      UpdateAccessKey: (account, given) => {
        const status = given("Status") === "Active" ? "Active" : "Inactive";
        return account.people.setKeyStatus(given("UserName"), given("AccessKeyId"), status);
      },
      DeleteAccessKey: (account, given) =>
        account.people.removeKey(given("UserName"), given("AccessKeyId")),
      PutUserPolicy: (account, given) =>
        account.people.putPolicy(
          "user",
          given("UserName"),
          given("PolicyName"),
          given("PolicyDocument"),
        ),
      DeleteUserPolicy: (account, given) =>
        account.people.removePolicy("user", given("UserName"), given("PolicyName")),
      ListUserPolicies: (account, given) =>
        listed("PolicyNames", account.people.policyNames("user", given("UserName")).map(escaped)),
      CreateGroup: async (account, given) => {
        await account.people.createGroup(given("GroupName"), given("Path") || "/");
        return `<Group>${groupXml(account, given("GroupName"))}</Group>`;
      },
      GetGroup: (account, given) =>
        `<Group>${groupXml(account, given("GroupName"))}</Group>${listed(
          "Users",
          account.people.membersOf(given("GroupName")).map((name) => userXml(account, name)),
        )}`,
      PutGroupPolicy: (account, given) =>
        account.people.putPolicy(
          "group",
          given("GroupName"),
          given("PolicyName"),
          given("PolicyDocument"),
        ),
      DeleteGroupPolicy: (account, given) =>
        account.people.removePolicy("group", given("GroupName"), given("PolicyName")),
      ListGroupPolicies: (account, given) =>
        listed("PolicyNames", account.people.policyNames("group", given("GroupName")).map(escaped)),
      AddUserToGroup: (account, given) =>
        account.people.setMember(given("GroupName"), given("UserName"), true),
      RemoveUserFromGroup: (account, given) =>
        account.people.setMember(given("GroupName"), given("UserName"), false),
      ListGroupsForUser: (account, given) => {
        account.people.pathOf(given("UserName"));
        return listed(
          "Groups",
          account.people.groupsOf(given("UserName")).map((name) => groupXml(account, name)),
        );
      },
    }).map(([name, act]) => [name, async (...words) => (await act(...words)) ?? ""]),
  );

function userXml(account: Account, name: string): string {
  const path = account.people.pathOf(name);
  return `<Path>${escaped(path)}</Path><UserName>${escaped(name)}</UserName><UserId>AIDALOCALCLOUD</UserId><Arn>${escaped(arn(account, `user${path}${name}`))}</Arn><CreateDate>${began}</CreateDate>`;
}

function groupXml(account: Account, name: string): string {
  const path = account.people.pathOfGroup(name);
  return `<Path>${escaped(path)}</Path><GroupName>${escaped(name)}</GroupName><GroupId>AGPALOCALCLOUD</GroupId><Arn>${escaped(arn(account, `group${path}${name}`))}</Arn><CreateDate>${began}</CreateDate>`;
}

function listed(name: string, members: readonly string[]): string {
  const all = members.map((member) => `<member>${member}</member>`).join("");
  return `<${name}>${all}</${name}><IsTruncated>false</IsTruncated>`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > most) throw new Refused(413, "RequestTooLarge", "the request is too large");
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString();
}

function say(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "text/xml" }).end(body);
}
