import { createHash } from "node:crypto";

import { missing, Refused, type Book, type Kept } from "./book";
import { S3Client } from "./client";
import { takeApart } from "./condition";
import type { Servers } from "./servers";
import type { AccessKey } from "./sign";
import { valueOf, valuesOf } from "./xml";

/**
 * The users, groups, keys and policies of an account. Groups are the account's own: a server knows users alone, so
 * each member has the policies of its groups. Every change answers when it is so at the server; what is not there
 * is refused in IAM's words.
 */
export class People {
  constructor(
    private readonly book: Book,
    private readonly servers: Servers,
    private readonly root: AccessKey,
  ) {}

  userOf(accessKeyId: string): string | undefined {
    return this.book.kept.keys[accessKeyId];
  }

  users(): string[] {
    return Object.keys(this.book.kept.users);
  }

  groupsOf(user: string): string[] {
    return Object.entries(this.book.kept.groups).flatMap(([name, { members }]) =>
      members.includes(user) ? [name] : [],
    );
  }

  membersOf(group: string): readonly string[] {
    return this.group(group).members;
  }

  pathOf(user: string): string {
    return this.user(user).path;
  }

  pathOfGroup(group: string): string {
    return this.group(group).path ?? "/";
  }

  policy(kind: "user" | "group", owner: string, name: string): string {
    const found = this[kind](owner).policies[name];
    if (found === undefined) throw missing(`The ${kind} policy with name ${name} cannot be found.`);
    return found;
  }

  policyNames(kind: "user" | "group", owner: string): string[] {
    return Object.keys(this[kind](owner).policies);
  }

  /** A user's own policies and those of its groups, under names that a server takes. */
  policiesOf(user: string): Record<string, string> {
    const owners = [
      [`user ${user}`, this.book.kept.users[user]?.policies ?? {}] as const,
      ...this.groupsOf(user).map(
        (group) => [`group ${group}`, this.book.kept.groups[group]!.policies] as const,
      ),
    ];
    return Object.fromEntries(
      owners.flatMap(([owner, policies]) =>
        Object.entries(policies).map(([name, document]) => {
          const mark = createHash("sha256").update(`${owner} ${name}`).digest("hex");
          return [mark.slice(0, 32), document];
        }),
      ),
    );
  }

  createUser(name: string, userPath = "/"): Promise<void> {
    return this.book.change(async () => {
      if (this.book.kept.users[name]) {
        throw new Refused(409, "EntityAlreadyExists", `User with name ${name} already exists.`);
      }
      await this.iam("CreateUser", { UserName: name, Path: userPath });
      this.book.kept.users[name] = { path: userPath, policies: {} };
    });
  }

  /** Gives a user another name; keys and policies stay. */
  renameUser(name: string, to: string): Promise<void> {
    return this.book.change(async () => {
      const { users, groups, keys } = this.book.kept;
      const user = this.user(name);
      if (users[to]) {
        throw new Refused(409, "EntityAlreadyExists", `User with name ${to} already exists.`);
      }
      await this.iam("UpdateUser", { UserName: name, NewUserName: to });
      delete users[name];
      users[to] = user;
      for (const [key, owner] of Object.entries(keys)) if (owner === name) keys[key] = to;
      for (const { members } of Object.values(groups)) {
        const at = members.indexOf(name);
        if (at >= 0) members[at] = to;
      }
      // The names that policies have at the server follow the user's.
      await this.followUser(to);
    });
  }

  /** Removes a user with keys and policies; one that is not there is no error. */
  removeUser(name: string): Promise<void> {
    return this.book.change(async () => {
      if (!this.book.kept.users[name]) return;
      for (const { id } of await this.keysOf(name)) {
        await this.iam("DeleteAccessKey", { UserName: name, AccessKeyId: id });
        delete this.book.kept.keys[id];
      }
      delete this.book.kept.users[name];
      for (const group of Object.values(this.book.kept.groups)) {
        const at = group.members.indexOf(name);
        if (at >= 0) group.members.splice(at, 1);
      }
      await this.setPolicies(name, {});
      await this.iam("DeleteUser", { UserName: name });
    });
  }

  putPolicy(kind: "user" | "group", owner: string, name: string, document: string): Promise<void> {
    return this.book.change(async () => {
      takeApart(document);
      this[kind](owner).policies[name] = document;
      await this.follow(kind, owner);
    });
  }

  /** One that is not there is no error. */
  removePolicy(kind: "user" | "group", owner: string, name: string): Promise<void> {
    return this.book.change(async () => {
      const policied = (kind === "user" ? this.book.kept.users : this.book.kept.groups)[owner];
      if (policied?.policies[name] === undefined) return;
      delete policied.policies[name];
      await this.follow(kind, owner);
    });
  }

  createGroup(name: string, groupPath = "/"): Promise<void> {
    return this.book.change(() => {
      this.refuseTakenGroup(name);
      this.book.kept.groups[name] = { path: groupPath, policies: {}, members: [] };
    });
  }

  /** Gives a group another name and path; members and policies stay. */
  changeGroup(name: string, to: string, groupPath: string): Promise<void> {
    return this.book.change(async () => {
      const group = this.group(name);
      if (to !== name) this.refuseTakenGroup(to, name);
      delete this.book.kept.groups[name];
      this.book.kept.groups[to] = { ...group, path: groupPath };
      // The names that policies have at the server follow the group's.
      await this.follow("group", to);
    });
  }

  /** One that is not there is no error; one that has members or policies stays. */
  removeGroup(name: string): Promise<void> {
    return this.book.change(() => {
      const found = this.book.kept.groups[name];
      if (!found) return;
      const refuse = (first: string) => {
        throw new Refused(409, "DeleteConflict", `Cannot delete entity, must ${first} first.`);
      };
      if (found.members.length > 0) refuse("remove users from group");
      if (Object.keys(found.policies).length > 0) refuse("delete policies");
      delete this.book.kept.groups[name];
    });
  }

  /** Has a user be a member of a group, or no longer. */
  setMember(group: string, user: string, member: boolean): Promise<void> {
    return this.book.change(async () => {
      this.user(user);
      const { members } = this.group(group);
      const at = members.indexOf(user);
      if (member && at < 0) members.push(user);
      if (!member && at >= 0) members.splice(at, 1);
      await this.followUser(user);
    });
  }

  /** A new key of a user; its secret is told this once. */
  createKey(user: string): Promise<AccessKey> {
    return this.book.change(async () => {
      this.user(user);
      const body = await this.iam("CreateAccessKey", { UserName: user });
      const accessKeyId = valueOf(body, "AccessKeyId");
      this.book.kept.keys[accessKeyId] = user;
      return { accessKeyId, secretAccessKey: valueOf(body, "SecretAccessKey") };
    });
  }

  setKeyStatus(user: string, id: string, status: "Active" | "Inactive"): Promise<void> {
    return this.book.change(async () => {
      await this.iam("UpdateAccessKey", { UserName: user, AccessKeyId: id, Status: status });
    });
  }

  /** One that is not there is no error. */
  removeKey(user: string, id: string): Promise<void> {
    return this.book.change(async () => {
      if (this.book.kept.keys[id] !== user) return;
      await this.iam("DeleteAccessKey", { UserName: user, AccessKeyId: id });
      delete this.book.kept.keys[id];
    });
  }

  async keysOf(user: string): Promise<{ id: string; status: string; created: string }[]> {
    this.user(user);
    const body = await this.iam("ListAccessKeys", { UserName: user });
    const [statuses, dates] = [valuesOf(body, "Status"), valuesOf(body, "CreateDate")];
    return valuesOf(body, "AccessKeyId").map((id, index) => ({
      id,
      status: statuses[index] ?? "",
      created: dates[index] ?? "",
    }));
  }

  private user(name: string): Kept["users"][string] {
    const found = this.book.kept.users[name];
    if (!found) throw missing(`The user with name ${name} cannot be found.`);
    return found;
  }

  private group(name: string): Kept["groups"][string] {
    const found = this.book.kept.groups[name];
    if (!found) throw missing(`The group with name ${name} cannot be found.`);
    return found;
  }

  /** Groups' names are the same in either case. */
  private refuseTakenGroup(name: string, but?: string): void {
    const names = Object.keys(this.book.kept.groups).filter((each) => each !== but);
    if (names.some((each) => each.toLowerCase() === name.toLowerCase())) {
      throw new Refused(409, "EntityAlreadyExists", `Group with name ${name} already exists.`);
    }
  }

  private async follow(kind: "user" | "group", owner: string): Promise<void> {
    for (const user of kind === "user" ? [owner] : this.group(owner).members) {
      await this.followUser(user);
    }
  }

  private followUser(user: string): Promise<void> {
    return this.setPolicies(user, this.policiesOf(user));
  }

  private async setPolicies(user: string, policies: Record<string, string>): Promise<void> {
    const passed = Object.entries(policies).flatMap(([name, document]) => {
      const { passedOn } = takeApart(document);
      return passedOn === undefined ? [] : [[name, passedOn] as const];
    });
    for (const [PolicyName, PolicyDocument] of passed) {
      await this.iam("PutUserPolicy", { UserName: user, PolicyName, PolicyDocument });
    }
    const there = valuesOf(await this.iam("ListUserPolicies", { UserName: user }), "member");
    for (const PolicyName of there.filter((name) => !passed.some(([wanted]) => wanted === name))) {
      await this.iam("DeleteUserPolicy", { UserName: user, PolicyName });
    }
  }

  private async iam(action: string, parameters: Record<string, string>): Promise<string> {
    const place = await this.servers.iam();
    const client = new S3Client("http://localhost", this.root, "us-east-1", place);
    const { status, body } = await client.iam(action, parameters);
    if (status < 300) return body;
    throw new Refused(status, valueOf(body, "Code"), valueOf(body, "Message"));
  }
}
