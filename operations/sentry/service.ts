/** A project on the service. */
export interface FoundProject {
  readonly id: string;
  readonly slug: string;
  /** Slugs of the teams that it belongs to. */
  readonly teams: readonly string[];
}

/** An address that is asked for from outside. */
export interface Uptime {
  readonly name: string;
  readonly url: string;
  readonly isEnabled: boolean;
}

/** Something that reports each day. */
export interface Cron {
  readonly slug: string;
  readonly name: string;
  /** Slug of the project that it belongs to. */
  readonly project: string;
  /** Whether it is as Berth makes one: once a day, with some hours' grace, an alarm at the first miss. */
  readonly isDaily: boolean;
  readonly isEnabled: boolean;
}

/** Who is told of a project's issues. */
export interface Alert {
  readonly name: string;
  /** The sources of issues that it listens to. */
  readonly sources: readonly string[];
  /** Channels of Slack that it writes to, without #, each with the integration's id. */
  readonly slack: readonly { readonly integration: string; readonly channel: string }[];
  /** Whether it tells new, returning and resolved issues, and tells all of them. */
  readonly isWhole: boolean;
  readonly isEnabled: boolean;
}

/** What the service has. */
export interface FoundThere {
  readonly projects: readonly FoundProject[];
  /** Slugs of teams. */
  readonly teams: readonly string[];
  /** Where all issues of a project come through: its id, by project id. */
  readonly streams: Readonly<Record<string, string>>;
  readonly uptimes: readonly (Uptime & { readonly id: string; readonly projectId: string })[];
  readonly crons: readonly Cron[];
  readonly alerts: readonly (Alert & { readonly id: string })[];
  /** Workspaces of Slack that are connected: what a person did once. */
  readonly workspaces: readonly { readonly id: string; readonly domain: string }[];
}

/**
 * A service that collects errors and watches from outside. Every method throws a `Refusal` that names what the service
 * said and the fix, and never holds a secret.
 */
export interface ErrorTracking {
  /** Everything at once: what is planned is planned on one look. */
  read(): Promise<FoundThere>;
  /** Makes a project without rules of the service's own, which would be alerts beside ours. */
  createProject(slug: string): Promise<void>;
  /** Gives a project another slug: its events, keys and alerts stay. */
  renameProject(id: string, slug: string): Promise<void>;
  makeUptime(project: string, uptime: Uptime): Promise<void>;
  changeUptime(id: string, uptime: Uptime): Promise<void>;
  removeUptime(id: string): Promise<void>;
  makeCron(cron: Cron): Promise<void>;
  /** `slug`: what it is called until now. */
  changeCron(slug: string, cron: Cron): Promise<void>;
  removeCron(slug: string): Promise<void>;
  makeAlert(alert: Alert): Promise<void>;
  changeAlert(id: string, alert: Alert): Promise<void>;
  removeAlert(id: string): Promise<void>;
  /** Where a project's errors go: the first key that is in force. Not a password, and not shown all the same. */
  dsnOf(project: string): Promise<string>;
  /** Reports for a cron of the project that this DSN is of. */
  checkIn(dsn: string, cron: string, isWell: boolean): Promise<void>;
}
