import * as fs from "node:fs";
import * as path from "node:path";
import { z } from "zod";

/** An operation as Sentry publishes it. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  /** Any of these allows it. */
  readonly scopes: readonly string[];
  readonly query: readonly string[];
  readonly pattern: RegExp;
  readonly body?: z.ZodType;
}

interface Published {
  readonly operations: Readonly<
    Record<
      string,
      {
        readonly method: string;
        readonly path: string;
        readonly scopes: readonly string[];
        readonly query: readonly string[];
        readonly body?: Parameters<typeof z.fromJSONSchema>[0];
      }
    >
  >;
}

const published = JSON.parse(
  fs.readFileSync(path.join(__dirname, "published.json"), "utf8"),
) as Published;

/** The operations that are used, with the forms of their requests. */
export const operations: readonly Operation[] = Object.entries(published.operations).map(
  ([id, { method, path: template, scopes, query, body }]) => ({
    ...{ id, method, scopes },
    // Pages and their size are of every list.
    query: [...query, "cursor", "per_page"],
    pattern: new RegExp(`^${template.replaceAll(/\{[a-z_]+\}/g, "([^/]+)")}$`),
    ...(body === undefined ? {} : { body: z.fromJSONSchema(body) }),
  }),
);

/**
 * The source of an uptime monitor, which the published form leaves open: as Sentry's own validator has it
 * (github.com/getsentry/sentry, src/sentry/uptime/endpoints/validators.py at 00a289f).
 */
export const uptimeSource = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).max(255),
  intervalSeconds: z.literal([60, 300, 600, 1200, 1800, 3600]),
  timeoutMs: z.int().min(1_000).max(60_000),
  method: z.enum(["GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"]).optional(),
  headers: z.array(z.tuple([z.string(), z.string()])).optional(),
});

/** The rest of an uptime monitor, as answers to the published list of monitors show it. */
export const uptimeConfig = z.strictObject({
  mode: z.literal(1),
  environment: z.string(),
  downtimeThreshold: z.int().min(1),
  recoveryThreshold: z.int().min(1),
});

/** An action that writes to Slack, as the published description of alerts has it. */
export const slackFilter = z.strictObject({
  logicType: z.enum(["any-short", "all", "none"]),
  conditions: z.array(z.unknown()),
  actions: z.array(
    z.strictObject({
      type: z.literal("slack"),
      integrationId: z.string().regex(/^\d+$/),
      data: z.object({}),
      config: z.strictObject({
        targetType: z.literal("specific"),
        targetIdentifier: z.string(),
        targetDisplay: z.string().min(1),
      }),
      status: z.literal("active"),
    }),
  ),
});
