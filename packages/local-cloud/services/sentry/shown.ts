/** A body that was sent, as it was taken. */
export type Body = Readonly<Record<string, unknown>>;
/** A project on the double. */
export interface Project {
  readonly id: string;
  slug: string;
  teams: string[];
  readonly key: string;
  /** What it collected: history that nothing may lose. */
  events: number;
}
/** A source of issues on the double. */
export interface Detector {
  readonly id: string;
  readonly projectId: string;
  readonly type: string;
  body: Body;
}

/** An alert on the double. */
export interface Workflow {
  readonly id: string;
  body: Body;
}
/** A cron monitor on the double, with what was reported for it. */
export interface Monitor {
  slug: string;
  body: Body;
  readonly checkIns: string[];
}

/** A project as lists show it. */
export function projectShown({ id, slug, teams }: Project): object {
  return { id, slug, name: slug, teams: teams.map((each) => ({ slug: each })) };
}

/** A cron monitor as lists show it. */
export function monitorShown(body: Body, projects: readonly Project[]): object {
  const project = projects.find(({ id }) => id === body["project"]);
  const { slug, name, status, is_muted: isMuted, config } = body;
  return { slug, name, status, isMuted, config, project: { slug: project?.slug ?? "" } };
}

/** A source of issues as lists show it. */
export function detectorShown({ id, projectId, type, body }: Detector): object {
  const [queryObj] = (body["data_sources"] ?? []) as object[];
  const dataSources = queryObj === undefined ? null : [{ type: "uptime_subscription", queryObj }];
  return { id, projectId, type, name: body["name"], enabled: body["enabled"], dataSources };
}

/** An alert as lists show it. */
export function workflowShown({ id, body }: { readonly id: string; readonly body: Body }): object {
  const { name, enabled, environment, detector_ids, triggers, action_filters, config } = body;
  const detectorIds = (detector_ids as number[]).map(String);
  const { conditions } = triggers as { conditions: unknown };
  return {
    ...{ id, name, enabled, detectorIds, config, environment: environment ?? null },
    triggers: { logicType: "any-short", conditions, actions: [] },
    actionFilters: action_filters,
  };
}
