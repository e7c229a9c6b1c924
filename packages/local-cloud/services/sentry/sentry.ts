import * as http from "node:http";

import type { World } from "../../emulator/world";
import { listening, type Listening } from "../../ground/listen";
import { absent, added, changed, list, refused, type Answer } from "./answers";
import { operations, slackFilter, uptimeConfig, uptimeSource } from "./request-check";
import {
  detectorShown,
  monitorShown,
  projectShown,
  workflowShown,
  type Body,
  type Detector,
  type Monitor,
  type Project,
  type Workflow,
} from "./shown";
import { everything, recall, remember, type Organization } from "./state";

/** Things of one page. */
const pageSize = 3;

/** Who may ask, whichever organization it is about. */
export const sentryToken = "sntryi_0123456789abcdef";

/**
 * A double of Sentry's API with an organization: holds state, takes what is published and nothing else, keeps a token
 * to its scopes, and answers lists page by page. Given a world, it keeps each organization there as one object, which
 * is read again for each request: who changes the object changes what Sentry has.
 */
export class Sentry implements Organization {
  readonly token = sentryToken;
  organization = "acme";
  scopes = [...everything];
  projects: Project[] = [];
  detectors: Detector[] = [];
  workflows: Workflow[] = [];
  monitors: Monitor[] = [];
  workspaces = [{ id: "24817", domainName: "acme.slack.com", status: "active" }];
  teams: string[] = [];
  next = 1_000;
  /** Requests that changed something, as `POST /path`. */
  readonly changes: string[] = [];
  /** What a project's slug becomes instead of what was asked for. */
  inventSlug?: (slug: string) => string;
  /** Answers that come first, whatever is asked. */
  answers: Answer[] = [];
  /** An operation that fails as a server does, once. */
  fails?: string | undefined;
  private door: Listening | undefined;

  constructor(private readonly world?: World) {}

  /** Serves on loopback; answers the address to declare. */
  async start(port?: number): Promise<string> {
    const server = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => this.respond(request, response, Buffer.concat(chunks).toString()));
    });
    this.door = await listening(server, "127.0.0.1", port);
    return this.address;
  }

  async stop(): Promise<void> {
    await this.door?.close();
  }

  private get address(): string {
    return `http://127.0.0.1:${this.door?.port}`;
  }

  private respond(request: http.IncomingMessage, response: http.ServerResponse, text: string) {
    const url = new URL(request.url ?? "/", "http://sentry");
    if (this.world) recall(this, this.world, url.pathname);
    const { status, body } = this.answers.shift() ?? this.answer(request, text);
    if (this.world && request.method !== "GET") remember(this, this.world);
    if (!Array.isArray(body) || status !== 200) {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(body === undefined ? "" : JSON.stringify(body));
      return;
    }
    const from = Number(url.searchParams.get("cursor") ?? "0");
    const more = from + pageSize < body.length;
    const link = `<http://elsewhere.invalid/>; rel="next"; results="${more}"; cursor="${from + pageSize}"`;
    response.writeHead(200, { "content-type": "application/json", link });
    response.end(JSON.stringify(body.slice(from, from + pageSize)));
  }

  /** A project with its source of all issues, as Sentry makes both. */
  addProject(slug: string, team: string, events = 0): Project {
    const id = String((this.next += 1));
    const project = { id, slug, teams: [team], key: id.padStart(32, "0"), events };
    this.projects.push(project);
    for (const type of ["error", "issue_stream"]) {
      const body = { name: type, enabled: true };
      this.detectors.push({ id: String((this.next += 1)), projectId: id, type, body });
    }
    return project;
  }

  streamOf(slug: string): string {
    const id = this.projects.find((each) => each.slug === slug)?.id;
    return this.detectors.find((each) => each.projectId === id && each.type === "issue_stream")!.id;
  }

  addAlert(name: string, slug: string, channel: string): void {
    const action = { type: "slack", integrationId: "24817", status: "active" };
    const config = { targetType: "specific", targetIdentifier: "", targetDisplay: channel };
    const action_filters = [{ logicType: "all", conditions: [], actions: [{ ...action, config }] }];
    const triggers = { logic_type: "any-short", conditions: [] };
    const detector_ids = [Number(this.streamOf(slug))];
    const body = { name, enabled: true, detector_ids, triggers, action_filters };
    this.workflows.push({ id: String((this.next += 1)), body });
  }

  private answer({ method = "", url = "/", headers }: http.IncomingMessage, text: string): Answer {
    const { pathname, searchParams } = new URL(url, "http://sentry");
    const cron = /^\/api\/(\d+)\/cron\/([a-z0-9_-]+)\/([0-9a-f]{32})\/$/.exec(pathname);
    if (cron !== null) return this.checkIn(cron, searchParams.get("status"));
    if (headers.authorization !== `Bearer ${this.token}`) return refused(401, "Invalid token");
    const operation = operations.find(
      (each) => each.method === method && each.pattern.test(pathname),
    );
    if (operation === undefined) return refused(404, "no such operation is published");
    const stray = [...searchParams.keys()].filter((each) => !operation.query.includes(each));
    if (stray.length > 0) return refused(400, `${operation.id}: no parameter ${stray.join()}`);
    if (!operation.scopes.some((each) => this.scopes.includes(each))) {
      return refused(403, "You do not have permission to perform this action.");
    }
    const [, first = "", second = "", third = ""] = operation.pattern.exec(pathname) ?? [];
    if (first !== this.organization) return refused(404, absent);
    const said: unknown = text === "" ? undefined : JSON.parse(text);
    if (operation.body !== undefined) {
      const reading = operation.body.safeParse(said);
      if (!reading.success) return refused(400, `${operation.id}: ${reading.error.message}`);
    } else if (said !== undefined) return refused(400, `${operation.id} takes no body`);
    if (operation.id === this.fails) {
      this.fails = undefined;
      return refused(502, "Bad Gateway");
    }
    if (method !== "GET") this.changes.push(`${method} ${pathname}`);
    return this.done(operation.id, [second, third], (said ?? {}) as Body);
  }

  private done(id: string, [at = ""]: readonly string[], body: Body): Answer {
    const project = this.projects.find((each) => each.slug === at || each.id === at);
    switch (id) {
      case "listOrganizationProjects":
        return list(this.projects.map((each) => projectShown(each)));
      case "listOrganizationTeams":
        return list(this.teams.map((slug) => ({ slug })));
      case "listOrganizationIntegrations":
        return list(
          this.workspaces.map((each) => ({
            ...each,
            provider: { key: "slack" },
            organizationIntegrationStatus: each.status,
          })),
        );
      case "listProjectKeys":
        if (project === undefined) return refused(404, absent);
        return list([{ isActive: true, dsn: { public: this.dsn(project) } }]);
      case "createTeamProject": {
        if (!this.teams.includes(at)) return refused(404, "Team not found.");
        const slug = String(body["slug"]);
        if (this.projects.some((each) => each.slug === slug)) {
          return refused(409, "A project with this slug already exists.");
        }
        const made = this.addProject(this.inventSlug?.(slug) ?? slug, at);
        if (body["default_rules"] !== false) this.addAlert("Send a notification", made.slug, "x");
        return { status: 201, body: projectShown(made) };
      }
      case "updateProject":
        if (project === undefined) return refused(404, absent);
        project.slug = String(body["slug"]);
        return { status: 200, body: projectShown(project) };
      case "deleteProject":
        this.projects = this.projects.filter((each) => each !== project);
        this.detectors = this.detectors.filter((each) => each.projectId !== project?.id);
        return { status: 204 };
      case "listOrganizationDetectors":
        return list(this.detectors.map(detectorShown));
      case "createOrganizationProjectDetector":
      case "updateOrganizationDetector":
        return this.putDetector(id, at, project, body);
      case "deleteOrganizationDetector":
        this.detectors = this.detectors.filter((each) => each.id !== at);
        return { status: 204 };
      case "listOrganizationWorkflows":
        return list(this.workflows.map(workflowShown));
      case "createOrganizationWorkflow":
      case "updateOrganizationWorkflow":
        return this.putWorkflow(id, at, body);
      case "deleteOrganizationWorkflow":
        this.workflows = this.workflows.filter((each) => each.id !== at);
        return { status: 204 };
      case "listOrganizationMonitors":
        return list(
          this.monitors.map((each) =>
            monitorShown({ ...each.body, slug: each.slug }, this.projects),
          ),
        );
      case "createOrganizationMonitor":
      case "updateOrganizationMonitor":
        return this.putMonitor(id, at, body);
      case "deleteOrganizationMonitor":
        this.monitors = this.monitors.filter((each) => each.slug !== at);
        return { status: 202 };
      default:
        throw new Error(`the double does not do ${id}`);
    }
  }

  private putDetector(id: string, at: string, project: Project | undefined, body: Body): Answer {
    const [source, ...more] = body["data_sources"] as unknown[];
    const problem =
      uptimeSource.safeParse(source).error ?? uptimeConfig.safeParse(body["config"]).error;
    if (problem !== undefined || more.length > 0) return refused(400, String(problem?.message));
    if (id === "updateOrganizationDetector") {
      return changed(
        this.detectors.find((each) => each.id === at),
        body,
        detectorShown,
      );
    }
    if (project === undefined) return refused(404, absent);
    const made = { id: String((this.next += 1)), projectId: project.id };
    return added(this.detectors, { ...made, type: String(body["type"]), body }, detectorShown);
  }

  private putWorkflow(id: string, at: string, body: Body): Answer {
    for (const filter of body["action_filters"] as unknown[]) {
      const problem = slackFilter.safeParse(filter).error;
      if (problem !== undefined) return refused(400, problem.message);
    }
    const known = (body["detector_ids"] as number[]).every((one) =>
      this.detectors.some((each) => each.id === String(one)),
    );
    if (!known) return refused(400, "Some detectors do not exist");
    if (id === "updateOrganizationWorkflow") {
      return changed(
        this.workflows.find((each) => each.id === at),
        body,
        workflowShown,
      );
    }
    return added(this.workflows, { id: String((this.next += 1)), body }, workflowShown);
  }

  private putMonitor(id: string, at: string, body: Body): Answer {
    const project = this.projects.find(({ slug }) => slug === body["project"]);
    if (project === undefined) return refused(400, "Invalid project");
    const kept = { ...body, project: project.id };
    const slug = String(body["slug"]);
    const shown = () => monitorShown(kept, this.projects);
    if (id === "updateOrganizationMonitor") {
      const found = this.monitors.find((each) => each.slug === at);
      if (found !== undefined) found.slug = slug;
      return changed(found, kept, shown);
    }
    if (this.monitors.some((each) => each.slug === slug)) {
      return refused(400, `The slug "${slug}" is already in use.`);
    }
    return added(this.monitors, { slug, body: kept, checkIns: [] }, shown);
  }

  private checkIn([, id, slug, key]: RegExpExecArray, status: string | null): Answer {
    const project = this.projects.find((each) => each.id === id && each.key === key);
    const monitor = this.monitors.find((each) => each.slug === slug && each.body["project"] === id);
    if (project === undefined || monitor === undefined) return { status: 404 };
    if (!["ok", "error", "in_progress"].includes(status ?? "")) return { status: 400 };
    monitor.checkIns.push(status!);
    return { status: 202 };
  }

  dsn({ id, key }: Project): string {
    return `${this.address.replace("//", `//${key}@`)}/${id}`;
  }
}
