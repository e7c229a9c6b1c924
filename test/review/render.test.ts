import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { reviewOf, type StackReview } from "../../operations/review/model";
import { readCleaned } from "../../operations/review/read-cleaned";
import { clean } from "../../operations/review/redact";
import { printable } from "../../operations/ground/printable";
import { escapeMarkdown, escapeTitle } from "../../operations/review/render/escape";
import { commentLimit, marker, renderMarkdown } from "../../operations/review/render/markdown";
import { renderTerminal } from "../../operations/review/render/terminal";
import { bootstrapLine, dropletLine, logText, nodeLine, secretValue, type Log } from "./event-log";

const frame = { made: "head over base", notes: [] };
const review = (log: Log): StackReview =>
  reviewOf(readCleaned(logText(log), "test"), { approved: [], today: "2026-11-21" });

/** What a reader sees: code without its marks, entities as what they stand for. */
function read(markdown: string): string {
  const names: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"' };
  return markdown.replaceAll(/`([^`]*)`|&(?:#(\d+)|(\w+));/g, (_, code, number, name) =>
    code !== undefined
      ? (code as string)
      : name !== undefined
        ? names[name as string]!
        : String.fromCharCode(Number(number)),
  );
}

/** A fleet of so many nodes of which the first `changed` are resized. */
function fleet(count: number, changed: number): Log {
  return {
    lines: Array.from({ length: count }, (_, index) => `project-${index}`).flatMap(
      (name, index) => [
        nodeLine("same", name),
        index < changed
          ? dropletLine("update", name, { size: "s-2vcpu-4gb" })
          : dropletLine("same", name),
      ],
    ),
  };
}

describe("the comment", () => {
  it("begins with its marker, says the verdict first and folds the diff last", () => {
    const text = renderMarkdown([review(fleet(3, 1))], frame);
    expect(text.startsWith(`${marker}\n`)).toBe(true);
    const order = [
      "🟠 **prod**",
      "- **project-0**",
      "| Data |",
      "| Interruption |",
      "| Cost a month |",
      "<details>",
      "Full diff",
    ];
    const places = order.map((part) => text.indexOf(part));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it("is the same for the same plan, whatever the order of its steps", () => {
    const log = fleet(4, 2);
    const turned = { ...log, lines: [...log.lines].reverse() };
    expect(renderMarkdown([review(turned)], frame)).toBe(renderMarkdown([review(log)], frame));
  });

  it("fits a fleet of 60 with one change on one screen above the fold", () => {
    const text = renderMarkdown([review(fleet(60, 1))], frame);
    const above = text.slice(0, text.indexOf("<details>")).trimEnd().split("\n");
    expect(above.length).toBeLessThanOrEqual(24);
  });

  it.each([60, 400])(
    "stays within the code host's limit with %s changes, by whole sections",
    (count) => {
      const text = renderMarkdown(
        [review(fleet(count, count))],
        frame,
        count === 60 ? 9_000 : commentLimit,
      );
      expect(text.length).toBeLessThanOrEqual(count === 60 ? 9_000 : commentLimit);
      const tags = (tag: string) => text.split(tag).length - 1;
      expect(tags("<details>")).toBe(tags("</details>"));
      expect(tags("<pre>")).toBe(tags("</pre>"));
      expect(text).toMatch(/\d+ sections left out for length/);
      expect(text.trimEnd().endsWith("</sub>")).toBe(true);
    },
  );

  it("lets nothing of a plan become markup, a mention or a link", () => {
    const evil = "<img src=x> @channel [x](http://evil.example) `code` | cell\n# head";
    const line = nodeLine("update", "kmc", { after: { reason: evil, provider: "scaleway" } });
    const text = renderMarkdown([review({ lines: [line], errors: [evil] })], frame);
    expect(text).not.toContain("<img");
    // Inside <pre> nothing but HTML is read, and a code host leaves code alone.
    const outside = text.replaceAll(/<pre>[\s\S]*?<\/pre>|`[^`\n]*`/g, "");
    for (const bad of ["@", "](http", "http://", "`", "| cell", "\n# head"]) {
      expect(outside.includes(bad), bad).toBe(false);
    }
    expect(text).toContain("`@channel`");
  });

  it.each([
    "ask @octo-org/security of git@git.example.org:a/b.git",
    "see #12, owner/repo#7, GH-12 and https://evil.example/x, www.evil.example",
    "as of 1a2b3c4 and owner/repo@1a2b3c4d5e",
    "`@octo-org` |@octo-org| ``#12`` <@octo-org>",
    "- a list, or 1. a number :tada:",
  ])("reads as it was written and refers to nobody and nothing: %s", (text) => {
    const markdown = escapeMarkdown(text);
    expect(read(markdown)).toBe(text);
    const outside = markdown.replaceAll(/`[^`]*`/g, "");
    expect(outside).not.toMatch(/[@<>`|]|(?<!&)#|:\/\/|www\.|GH-|1a2b3c4|:tada:|^-|^\d/);
    expect(escapeTitle(text).replaceAll(/<code>[^<]*<\/code>/g, "")).not.toMatch(/[@<>]|(?<!&)#/);
  });

  it("lets no text whatever out of its words", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom("", "@a", "`", "|", "#1"), (any, more) => {
        const text = `${any}${more}`;
        const markdown = escapeMarkdown(text);
        expect(read(markdown)).toBe(printable(text).replaceAll(/\s*\n\s*/g, " "));
        expect(markdown.replaceAll(/`[^`]*`/g, "")).not.toMatch(/[<>@`|*_[\]\n]/);
      }),
    );
  });

  it("says above everything else what could not be judged at all", () => {
    const text = renderMarkdown([], {
      ...frame,
      failures: ["preview of prod: its end is missing"],
    });
    expect(text).toContain("🔴 Stop: preview of prod: its end is missing");
    expect(text).not.toContain("🟢");
  });
});

describe("secrets", () => {
  const token = "dop_v1_" + "0123456789abcdef".repeat(4);
  const key =
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----";

  it("reach neither the comment nor the terminal, whatever they hide in", () => {
    const inputs = {
      size: "s-2vcpu-4gb",
      userData: "new secret text",
      password: "hunter2hunter2",
      note: token,
    };
    const log: Log = {
      lines: [
        nodeLine("same", "kmc"),
        dropletLine("update", "kmc", { inputs }),
        bootstrapLine("update", "kmc", { script: "a\nb" }, { script: `a\n${token}\nc` }),
      ],
      errors: [`command failed: export TOKEN=${token} password: hunter2hunter2\n${key}`],
      more: [{ diagnosticEvent: { severity: "debug", message: `outputs ${key}`, color: "never" } }],
    };
    const reviews = [review(log)];
    const texts = [renderMarkdown(reviews, frame), renderTerminal(reviews, frame, true)];
    for (const text of texts) {
      for (const hidden of [
        token,
        "hunter2",
        "b3BlbnNzaC1rZXk",
        "PRIVATE KEY",
        "new secret text",
      ]) {
        expect(text.includes(hidden), hidden).toBe(false);
      }
      expect(text).toContain("(hidden)");
    }
  });

  it("are shown as secret where the engine marked them", () => {
    const line = {
      op: "create",
      type: "x:index/y:Y",
      name: "z",
      after: { inputs: { value: secretValue } },
    };
    expect(renderMarkdown([review({ lines: [line] })], frame)).toContain("+ value: (secret)");
  });

  it("are taken out of messages, public keys and addresses of resources are not", () => {
    const kept =
      "urn:pulumi:prod::berth::digitalocean:index/droplet:Droplet::kmc-server ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMDgZWqIi/wq1ea4iiYLeBlaZ4KjOBC01l/oL8nck4eA";
    expect(clean(kept)).toBe(kept);
    expect(clean(`x ${token} y`)).toBe("x (hidden) y");
  });
});

describe("the terminal form", () => {
  it("is coloured only where there is a terminal, and lets no control character through", () => {
    const log: Log = {
      lines: [
        nodeLine("update", "kmc", {
          after: { reason: "\u001b[31mred\u0007", provider: "scaleway" },
        }),
      ],
    };
    const plain = renderTerminal([review(log)], frame, false);
    // eslint-disable-next-line no-control-regex
    expect(plain).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(renderTerminal([review(log)], frame, true)).toContain("\u001b[32mClear");
  });
});
