import { describe, expect, it } from "vitest";

import { reviewOf, type StackReview } from "../../operations/review/model";
import { readCleaned } from "../../operations/review/read-cleaned";
import { renderMarkdown } from "../../operations/review/render/markdown";
import { factsOf } from "../../operations/review/render/words";
import { dropletLine, logText, nodeLine, type Log } from "./event-log";

function review(log: Log): StackReview {
  return reviewOf(readCleaned(logText(log), "test"), { approved: [], today: "2026-11-21" });
}

const fact = (found: StackReview, name: string) =>
  factsOf(found).find((entry) => entry.name === name)!.text;

describe("what a change says for itself", () => {
  it("takes no waiver that the change itself brings for an approval", () => {
    const lines = [nodeLine("delete", "kmc"), dropletLine("delete", "kmc", { protect: false })];
    const waiver = {
      policy: "data-destruction",
      node: "kmc",
      reason: "the client left",
      owner: "clark",
      until: "2026-11-21",
    };
    const yesterday = { ...waiver, until: "2026-11-20" };
    for (const standing of [undefined, [], [yesterday], [{ ...waiver, owner: "maria" }]]) {
      const found = review({ lines, waivers: [waiver], standing });
      expect(found.verdict).toBe("stop");
      const text = renderMarkdown([found], { made: "", notes: [] });
      expect(text).toContain("asked for by this change, by clark: the client left");
      expect(text).toContain("data-destruction for node kmc until 2026-11-21 (clark), asked for");
      expect(text).not.toContain("approved by");
    }
  });

  it("tells findings that only a waiver of this change turns into notices from waived ones", () => {
    const waiver = {
      policy: "keep-other-ports-closed",
      resource: "kmc-firewall",
      reason: "a VPN",
      owner: "clark",
      until: "2026-12-01",
    };
    const message = "Waived until 2026-12-01 by clark (a VPN): kmc-firewall opens port 1194.";
    const log = {
      lines: [nodeLine("same", "kmc")],
      waivers: [waiver],
      policies: [
        { policy: waiver.policy, name: "kmc-firewall", message, level: "advisory" as const },
      ],
    };
    const asked = review(log);
    expect(asked.verdict).toBe("look");
    expect(fact(asked, "Policies")).toContain("1 broken, to be waived by this change");
    const text = renderMarkdown([asked], { made: "", notes: [] });
    expect(text).toContain("Asked for by this change until 2026-12-01 by clark");
    expect(text).not.toContain("Waived until");
    const standing = review({ ...log, standing: [waiver] });
    expect(fact(standing, "Policies")).toContain("1 waived: keep-other-ports-closed");
    expect(fact(standing, "Waivers")).not.toContain("asked for");
  });

  it("never calls a plan clear whose program changes", () => {
    const preview = readCleaned(logText({ lines: [nodeLine("same", "kmc")] }), "test");
    const options = { approved: [], today: "2026-11-21" };
    expect(reviewOf(preview, options).verdict).toBe("clear");
    const found = reviewOf(preview, { ...options, beyond: true });
    expect(found.verdict).toBe("look");
    expect(renderMarkdown([found], { made: "", notes: [] })).not.toMatch(/🟢|Nothing changes/);
  });
});
