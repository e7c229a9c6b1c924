import { describe, expect, it } from "vitest";

import { isDenied, takeApart } from "../../s3/condition";

const statement = (changes: object = {}) => ({
  Effect: "Deny",
  Action: "s3:PutObject",
  Resource: "*",
  Condition: { Null: { "s3:if-none-match": "true" } },
  ...changes,
});
const policy = (...statements: object[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });
const other = { Effect: "Allow", Action: "s3:PutObject", Resource: "*" };
const writing = { bucket: "a", key: "b/c", creates: true, ifNoneMatch: undefined };

describe("a policy with a condition that no server judges", () => {
  it("is passed on without that statement, and one without such a condition as it is", () => {
    expect(takeApart(policy(other, statement())).passedOn).toBe(policy(other));
    expect(takeApart(policy(statement())).passedOn).toBeUndefined();
    expect(takeApart(policy(other))).toEqual({ passedOn: policy(other), denials: [] });
  });

  it("denies what its conditions say, all of them together", () => {
    const { denials } = takeApart(
      policy(
        statement({
          Condition: {
            Null: { "S3:If-None-Match": ["true"] },
            BoolIfExists: { "s3:ObjectCreationOperation": "true" },
          },
        }),
      ),
    );
    expect(isDenied(denials, writing)).toBe(true);
    expect(isDenied(denials, { ...writing, ifNoneMatch: "*" })).toBe(false);
    expect(isDenied(denials, { ...writing, creates: false })).toBe(false);
  });

  it("denies at the resources that it names", () => {
    const denials = (Resource: unknown) => takeApart(policy(statement({ Resource }))).denials;
    expect(isDenied(denials("arn:aws:s3:::a/b/*"), writing)).toBe(true);
    expect(isDenied(denials(["arn:aws:s3:::a/?/c"]), writing)).toBe(true);
    expect(isDenied(denials("arn:aws:s3:::a/b"), writing)).toBe(false);
    expect(isDenied(denials("arn:aws:s3:::A/b/*"), writing)).toBe(false);
  });

  it.each([
    ["an Allow", { Effect: "Allow" }],
    ["another action", { Action: ["s3:PutObject", "s3:DeleteObject"] }],
    ["everything but an action", { Action: undefined, NotAction: "s3:GetObject" }],
    ["everything but a resource", { Resource: undefined, NotResource: "arn:aws:s3:::a/*" }],
    ["one principal", { Principal: { AWS: "arn:aws:iam::1:user/a" } }],
    ["everybody but one", { NotPrincipal: { AWS: "arn:aws:iam::1:user/a" } }],
    ["another operator", { Condition: { StringNotEquals: { "s3:if-none-match": "*" } } }],
    [
      "another condition beside",
      {
        Condition: {
          Null: { "s3:if-none-match": "true" },
          Bool: { "aws:SecureTransport": "true" },
        },
      },
    ],
  ])("is refused with %s in that statement: nobody would judge it", (_, changes) => {
    expect(() => takeApart(policy(statement(changes)))).toThrow("in statements alone that deny");
  });
});
