import { z } from "zod";

import { daily, triggers } from "./bodies";
import type { Alert, Cron, FoundProject } from "./service";

/** What is read of Sentry's answers; the rest is passed over. */

export const project = z
  .object({ id: z.string(), slug: z.string(), teams: z.array(z.object({ slug: z.string() })) })
  .transform(({ id, slug, teams }): FoundProject => {
    return { id, slug, teams: teams.map((each) => each.slug) };
  });

export const team = z.object({ slug: z.string() });

/** A source of issues; of an uptime monitor with what it asks for. */
export const detector = z.object({
  id: z.string(),
  projectId: z.string().nullable(),
  name: z.string(),
  type: z.string(),
  enabled: z.boolean(),
  dataSources: z
    .array(z.looseObject({ queryObj: z.looseObject({ url: z.string().optional() }).nullish() }))
    .nullable(),
});

const config = z.looseObject({
  schedule_type: z.string(),
  schedule: z.unknown(),
});

export const cron = z
  .object({
    slug: z.string(),
    name: z.string(),
    status: z.string(),
    isMuted: z.boolean(),
    config,
    project: z.object({ slug: z.string() }),
  })
  .transform((each): Cron => {
    const isDaily = Object.entries(daily).every(
      ([key, value]) => JSON.stringify(each.config[key]) === JSON.stringify(value),
    );
    const isEnabled = each.status === "active" && !each.isMuted;
    return { slug: each.slug, name: each.name, project: each.project.slug, isDaily, isEnabled };
  });

const action = z.looseObject({
  type: z.string(),
  integrationId: z.string().nullish(),
  config: z.looseObject({ targetDisplay: z.string().nullish() }).nullish(),
  status: z.string().optional(),
});

export const alert = z
  .object({
    id: z.string(),
    name: z.string(),
    enabled: z.boolean(),
    environment: z.string().nullish(),
    detectorIds: z.array(z.string()).nullish(),
    triggers: z.object({ conditions: z.array(z.looseObject({ type: z.string() })) }).nullish(),
    actionFilters: z
      .array(z.object({ conditions: z.array(z.unknown()).nullish(), actions: z.array(action) }))
      .nullish(),
  })
  .transform((each): Alert & { readonly id: string } => {
    const filters = each.actionFilters ?? [];
    const heard = new Set(each.triggers?.conditions.map(({ type }) => type));
    return {
      id: each.id,
      name: each.name,
      sources: each.detectorIds ?? [],
      slack: filters.flatMap(({ actions }) =>
        actions
          .filter(({ type, status }) => type === "slack" && status !== "disabled")
          .map(({ integrationId, config: target }) => ({
            integration: integrationId ?? "",
            channel: (target?.targetDisplay ?? "").replace(/^#/, ""),
          })),
      ),
      isWhole:
        triggers.every((type) => heard.has(type)) &&
        (each.environment ?? null) === null &&
        filters.every(({ conditions }) => (conditions ?? []).length === 0),
      isEnabled: each.enabled,
    };
  });

export const integration = z
  .object({
    id: z.string(),
    domainName: z.string().nullable(),
    status: z.string(),
    organizationIntegrationStatus: z.string().optional(),
    provider: z.object({ key: z.string() }),
  })
  .transform(({ id, domainName, status, organizationIntegrationStatus = status, provider }) => ({
    ...{ id, domain: domainName ?? "" },
    isSlack: provider.key === "slack",
    isActive: status === "active" && organizationIntegrationStatus === "active",
  }));

export const key = z.object({
  isActive: z.boolean(),
  dsn: z.object({ public: z.string() }),
});
