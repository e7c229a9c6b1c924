import type { Alert, Cron, Uptime } from "./service";

/**
 * Requests' bodies as Sentry's published API takes them (github.com/getsentry/sentry-api-schema at a589a26). What that
 * leaves open, the form of an uptime monitor's source, is as Sentry's own answers show it there.
 */

/** Issues that are told: the first, one that comes back, and that it is over. */
export const triggers = [
  "first_seen_event",
  "reappeared_event",
  "regression_event",
  "issue_resolved_trigger",
] as const;

/** A cron that reports once a day, with six hours' grace: a nightly run may begin late. */
export const daily = {
  schedule_type: "interval",
  schedule: [1, "day"],
  checkin_margin: 360,
  max_runtime: 360,
  failure_issue_threshold: 1,
  recovery_threshold: 1,
} as const;

/** `default_rules: false`: Sentry would make an alert of its own beside ours. */
export function projectBody(slug: string): object {
  return { name: slug, slug, default_rules: false };
}

/** Asked once a minute; three failures in a row are an outage, so that one lost packet is none. */
export function uptimeBody({ name, url, isEnabled }: Uptime): object {
  return {
    name,
    type: "uptime_domain_failure",
    enabled: isEnabled,
    data_sources: [{ url, method: "GET", headers: [], intervalSeconds: 60, timeoutMs: 10_000 }],
    config: { mode: 1, environment: "prod", downtimeThreshold: 3, recoveryThreshold: 1 },
  };
}

export function cronBody({ slug, name, project }: Cron): object {
  return { slug, name, project, config: daily, status: "active", is_muted: false };
}

/** At most one message of an issue in half an hour. */
export function alertBody({ name, sources, slack }: Alert): object {
  return {
    name,
    enabled: true,
    environment: null,
    detector_ids: sources.map(Number),
    config: { frequency: 30 },
    triggers: {
      logic_type: "any-short",
      conditions: triggers.map((type) => ({ type, comparison: true, conditionResult: true })),
    },
    action_filters: [
      {
        logicType: "all",
        conditions: [],
        actions: slack.map(({ integration, channel }) => ({
          type: "slack",
          integrationId: integration,
          data: {},
          config: { targetType: "specific", targetIdentifier: "", targetDisplay: channel },
          status: "active",
        })),
      },
    ],
  };
}
