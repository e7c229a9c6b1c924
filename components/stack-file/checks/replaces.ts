import * as net from "node:net";

import { bareName } from "../../fleet/record-content";
import type { Problem } from "../../fleet/problem";
import { show } from "../../fleet/show";
import type { Draft } from "../draft";
import { furtherNames } from "../../fleet/names";
import { namesIn } from "../names";

/** What `replaces` lists are records of the project's own names, in the form that they have in a zone. */
export function checkReplaces(draft: Draft): readonly Problem[] {
  return draft.projects.flatMap(({ facts, at }) => {
    const { domain, dns, replaces = [] } = facts;
    if (domain === undefined) return [];
    if (dns === "external") return replaces.length === 0 ? [] : [withoutZone(at("replaces"))];
    const stacks = [undefined, ...(draft.role === "host" ? [draft.stack] : [])];
    const names = [
      ...stacks.flatMap((host): string[] => Object.values(namesIn(draft, domain, host))),
      ...furtherNames(domain, facts).map(({ name }) => name),
    ];
    return replaces.flatMap(({ name, type, content }, index): Problem[] => [
      ...(name === undefined || names.includes(name)
        ? []
        : [
            {
              path: at("replaces", index, "name"),
              message: "is none of the project's names",
              received: JSON.stringify(name),
              allowed: [...new Set(names)].join(", "),
              fix: "write one of them: other records of a zone are never touched",
            },
          ]),
      ...contentProblems(at("replaces", index, "content"), type, content),
    ]);
  });
}

function withoutZone(path: string): Problem {
  return {
    path,
    message: "is set, but the client runs DNS",
    fix: "remove it, and have the client take those records out",
  };
}

function contentProblems(
  path: string,
  type: string | undefined,
  content: string | undefined,
): Problem[] {
  if (type === undefined || content === undefined) return [];
  const shown = show(content);
  const base = { path, ...(shown === undefined ? {} : { received: shown }) };
  const fix = "copy it from the preview that refused the record";
  if (type === "A" && !net.isIPv4(content))
    return [{ ...base, message: "is no IPv4 address, which an A record holds", fix }];
  if (type === "AAAA" && !net.isIPv6(content))
    return [{ ...base, message: "is no IPv6 address, which an AAAA record holds", fix }];
  if (type === "CNAME" && (net.isIP(content) !== 0 || bareName(content) === ""))
    return [{ ...base, message: "is no name, which a CNAME record holds", fix }];
  return [];
}
