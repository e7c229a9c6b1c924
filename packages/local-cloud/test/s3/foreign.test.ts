import { describe, expect, it } from "vitest";

import { permits } from "../../s3/foreign";

const account = "413528927365";
const root = { AWS: `arn:aws:iam::${account}:root` };
const policy = (...statements: object[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });
const reading = (changes: object = {}) => ({
  Effect: "Allow",
  Principal: root,
  Action: ["s3:GetObject"],
  Resource: "arn:aws:s3:::theirs/backups/*",
  ...changes,
});
const may = (document: string | undefined, method: string, path: string, query = "") =>
  permits(document, account, method, { path, query: new URLSearchParams(query) });

describe("another account's bucket", () => {
  it("lets in nobody without a policy, and by one what that says of this account", () => {
    expect(may(undefined, "GET", "/theirs/backups/a")).toBe(false);
    expect(may(policy(reading()), "GET", "/theirs/backups/a")).toBe(true);
    expect(may(policy(reading({ Principal: { AWS: account } })), "GET", "/theirs/backups/a")).toBe(
      true,
    );
    expect(may(policy(reading()), "GET", "/theirs/other/a")).toBe(false);
    expect(may(policy(reading()), "GET", "/mine/backups/a")).toBe(false);
    expect(may(policy(reading()), "PUT", "/theirs/backups/a")).toBe(false);
    expect(may(policy(reading()), "GET", "/theirs/backups/a", "versionId=1")).toBe(false);
  });

  it.each([
    ["everybody", { Principal: "*" }],
    ["another account", { Principal: { AWS: "arn:aws:iam::222233334444:root" } }],
    ["a user of this account", { Principal: { AWS: `arn:aws:iam::${account}:user/ana` } }],
    ["whom a denial names", { Effect: "Deny" }],
    ["whom a condition holds that is not known", { Condition: { Bool: { "aws:x": "true" } } }],
  ])("is not opened by a statement on %s", (_, changes) => {
    expect(may(policy(reading(changes)), "GET", "/theirs/backups/a")).toBe(false);
  });

  it("is listed below the prefixes that it names, and nothing else of it is told or set", () => {
    const listing = policy(
      reading({
        Action: "s3:ListBucket",
        Resource: "arn:aws:s3:::theirs",
        Condition: { StringLike: { "s3:prefix": ["backups/*"] } },
      }),
    );
    expect(may(listing, "GET", "/theirs", "list-type=2&prefix=backups/a")).toBe(true);
    expect(may(listing, "GET", "/theirs", "list-type=2&prefix=other/")).toBe(false);
    expect(may(listing, "GET", "/theirs", "list-type=2")).toBe(false);
    for (const query of ["policy=", "versioning=", "versions="]) {
      expect(may(policy(reading({ Action: "s3:*", Resource: "*" })), "GET", "/theirs", query)).toBe(
        false,
      );
    }
  });

  it("tells apart what is deleted, given up and written", () => {
    const by = (Action: string) => policy(reading({ Action }));
    expect(may(by("s3:DeleteObject"), "DELETE", "/theirs/backups/a")).toBe(true);
    expect(may(by("s3:DeleteObject"), "DELETE", "/theirs/backups/a", "versionId=1")).toBe(false);
    expect(may(by("s3:AbortMultipartUpload"), "DELETE", "/theirs/backups/a", "uploadId=1")).toBe(
      true,
    );
    expect(may(by("s3:PutObject"), "POST", "/theirs/backups/a", "uploads=")).toBe(true);
    expect(may(by("s3:PutObject"), "PUT", "/theirs/backups/%zz")).toBe(false);
  });
});
