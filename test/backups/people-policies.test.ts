import { describe, expect, it } from "vitest";

import { drillPolicy, readPolicy } from "../../components/backups/read-policy";
import { allows, type Call } from "../iam";

const place = { bucket: "archives", prefix: "stage/backups/", whole: false };
const arn = (key: string) => `arn:aws:s3:::archives/${key}`;
const archive = arn("stage/backups/kmc/2026-11-28T0000Z.tar.lrz");
const call = (action: string, resource = archive, context: Call["context"] = {}): Call => ({
  ...{ action: `s3:${action}`, resource, context },
});
const list = (prefix?: string) =>
  call("ListBucket", "arn:aws:s3:::archives", prefix === undefined ? {} : { "s3:prefix": prefix });
const anew = { "s3:if-none-match": "*", "s3:ObjectCreationOperation": "true" };
const over = { "s3:ObjectCreationOperation": "true" };

/** What neither who reads archives nor who drills them may do. */
const nobodys = [
  ...["GetObjectVersion", "DeleteObjectVersion", "PutObjectRetention", "PutObjectLegalHold"],
  ...["BypassGovernanceRetention", "PutObjectAcl", "PutLifecycleConfiguration", "PutBucketPolicy"],
  ...["PutBucketVersioning", "DeleteBucket"],
].flatMap((action) => [call(action), call(action, "arn:aws:s3:::archives")]);

describe("the policy of people who read archives (R32)", () => {
  const may = (asked: Call, documents = [readPolicy([place])]) => allows(documents, asked);

  it("lists and fetches below its environment's prefix", () => {
    expect(may(call("GetObject"))).toBe(true);
    expect(may(list("stage/backups/kmc/"))).toBe(true);
  });

  it("sees nothing of what lies beside it", () => {
    for (const asked of [list(), list(""), list("backups/"), list("stage/")]) {
      expect(may(asked), JSON.stringify(asked)).toBe(false);
    }
    expect(may(call("GetObject", arn("backups/kmc/2026-11-28T0000Z.tar.lrz")))).toBe(false);
    expect(may(call("GetObject", "arn:aws:s3:::archives-2/stage/backups/kmc/a"))).toBe(false);
  });

  it("sees all of a bucket where archives of before may lie anywhere", () => {
    const whole = [readPolicy([{ ...place, whole: true }])];
    for (const asked of [list(), call("GetObject", arn("2019/old.tar"))]) {
      expect(may(asked, whole)).toBe(true);
    }
    expect(may(call("GetObject", "arn:aws:s3:::archives-2/old.tar"), whole)).toBe(false);
  });

  it.each([call("PutObject", archive, anew), call("DeleteObject"), ...nobodys])(
    "refuses $action on $resource",
    (asked) => {
      expect(may(asked)).toBe(false);
    },
  );
});

describe("the policy of people who drill them (R34, R42)", () => {
  const keeping = { ...place, state: "backups/berth-state/" };
  const may = (asked: Call) => allows([drillPolicy([keeping])], asked);
  const evidence = arn("stage/backups/kmc/evidence/2026-11-29T050000Z.json");
  const copy = arn("backups/berth-state/2026-11-29T050000Z.prod.json.age");

  it("reads as these do, and writes new evidence and new copies of the state", () => {
    for (const asked of [
      ...[call("GetObject"), list("stage/backups/kmc/")],
      ...[evidence, copy].map((resource) => call("PutObject", resource, anew)),
    ]) {
      expect(may(asked), JSON.stringify(asked)).toBe(true);
    }
    expect(may(list("backups/"))).toBe(false);
  });

  it("writes nothing over anything, and no archive", () => {
    for (const resource of [evidence, copy])
      expect(may(call("PutObject", resource, over))).toBe(false);
    for (const resource of [archive, archive.replace(".tar.lrz", ".manifest.json")]) {
      expect(may(call("PutObject", resource, anew))).toBe(false);
    }
  });

  it("deletes archives, manifests and copies of the state, and neither evidence nor what others keep", () => {
    for (const resource of [archive, archive.replace(".tar.lrz", ".manifest.json"), copy]) {
      expect(may(call("DeleteObject", resource)), resource).toBe(true);
    }
    for (const resource of [
      evidence,
      arn("backups/kmc/2026-11-28T0000Z.tar.lrz"),
      arn("old.tar"),
    ]) {
      expect(may(call("DeleteObject", resource)), resource).toBe(false);
    }
  });

  it.each(nobodys)("refuses $action on $resource", (asked) => {
    expect(may(asked)).toBe(false);
  });
});
