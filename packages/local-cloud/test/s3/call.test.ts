import { describe, expect, it } from "vitest";

import { callerOf, targetOf, writingOf } from "../../s3/call";

const at = (line: string) => targetOf(line)!;
const statusOf = (answer: unknown) => (answer as readonly unknown[])[0];
const whole = { bucket: "a", key: "b/c", creates: true, ifNoneMatch: undefined };

describe("what a request writes", () => {
  it.each([
    ["PUT", "/a/b/c", whole],
    ["PUT", "/a/b/c?x-id=PutObject&X-Amz-Signature=1", whole],
    ["PUT", "/a/b/c?acl&partNumber=1", whole],
    ["PUT", "/a/b/c?partNumber=1", whole],
    ["PUT", "/a/b/c?partNumber=1&uploadId=2", { ...whole, creates: false }],
    ["POST", "/a/b/c?uploads", { ...whole, creates: false }],
    ["POST", "/a/b/c?uploadId=2", whole],
    ["PUT", "/a/b/c?retention&versionId=1", undefined],
    ["PUT", "/a?policy", undefined],
    ["POST", "/a?delete", undefined],
    ["GET", "/a/b/c", undefined],
  ])("%s %s", (method, path, writing) => {
    expect(writingOf(method, at(path), {})).toEqual(writing);
  });

  it("is not told by a header that a copy does not take, or by another value than *", () => {
    const copy = { "x-amz-copy-source": "/a/d", "if-none-match": "*" };
    expect(writingOf("PUT", at("/a/b/c"), copy)).toEqual(whole);
    expect(writingOf("PUT", at("/a/b/c"), { "if-none-match": "*" })).toMatchObject({
      ifNoneMatch: "*",
    });
    expect(statusOf(writingOf("PUT", at("/a/b/c"), { "if-none-match": '"etag"' }))).toBe(501);
  });

  it.each(["/a/b//c", "/a/b/%2e%2e/c", "/a/./c", "/a/b%2f%2fc", "/a/%ff"])(
    "is malformed at a name that a server might read as another: %s",
    (path) => {
      expect(statusOf(writingOf("PUT", at(path), {}))).toBe(400);
    },
  );

  it("is malformed in a form, whose name and key are inside", () => {
    expect(statusOf(writingOf("POST", at("/a"), {}))).toBe(501);
    expect(statusOf(writingOf("POST", at("/a/b"), {}))).toBe(501);
  });
});

describe("a target", () => {
  it("is a path of this server's", () => {
    for (const line of ["https://other/a/b", "a/b", "*", ""])
      expect(targetOf(line)).toBeUndefined();
    expect(targetOf("/a/../b?c=d")).toMatchObject({ path: "/a/../b" });
  });
});

describe("who calls", () => {
  const none = new URLSearchParams();
  const scope = "20261129/us-east-1/s3/aws4_request";
  const signed = {
    authorization: `AWS4-HMAC-SHA256 Credential=AKIA1/${scope}, SignedHeaders=host`,
  };

  it("is told by a signature or by a presigned address", () => {
    const caller = { accessKeyId: "AKIA1", region: "us-east-1", service: "s3" };
    expect(callerOf(signed, none)).toEqual(caller);
    expect(callerOf({}, new URLSearchParams({ "X-Amz-Credential": `AKIA1/${scope}` }))).toEqual(
      caller,
    );
    expect(callerOf({}, none)).toBeUndefined();
  });

  it("is nobody where two are named, or one in another form", () => {
    const both = new URLSearchParams({ "X-Amz-Credential": `AKIA2/${scope}` });
    expect(statusOf(callerOf(signed, both))).toBe(400);
    expect(statusOf(callerOf({ authorization: "AWS AKIA1:signature" }, none))).toBe(400);
    const later = {
      authorization: `AWS4-HMAC-SHA256 SignedHeaders=host, Credential=AKIA1/${scope}`,
    };
    expect(statusOf(callerOf(later, none))).toBe(400);
  });
});
