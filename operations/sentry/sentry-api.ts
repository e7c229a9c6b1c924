import { sentryAddress, type AgencySentry } from "../../components/fleet/sentry";
import { serviceAddress } from "../ground/service-address";
import { Refusal } from "../ground/usage";
import { alert, cron, detector, integration, key, project, team } from "./answers";
import { alertBody, cronBody, projectBody, uptimeBody } from "./bodies";
import { checkIn } from "./check-in";
import { Requests } from "./request";
import type { Alert, Cron, ErrorTracking, FoundThere, Uptime } from "./service";

/** The agency's organisation on Sentry, by the API that Sentry publishes. */
export class SentryApi implements ErrorTracking {
  private readonly requests: Requests;
  private readonly organization: string;

  constructor(
    private readonly agency: AgencySentry,
    env: NodeJS.ProcessEnv,
  ) {
    this.requests = new Requests(
      serviceAddress(env, "SENTRY_URL", agency.address ?? sentryAddress),
      env,
    );
    this.organization = `organizations/${agency.organization}`;
  }

  async read(): Promise<FoundThere> {
    const at = this.organization;
    // What is absent here for want of a right would be made again: each list comes whole, or nothing is done.
    const [projects, teams, detectors, crons, alerts, integrations] = await Promise.all([
      this.requests.list(`${at}/projects/?per_page=100`, project),
      this.requests.list(`${at}/teams/?detailed=0&per_page=100`, team),
      this.requests.list(`${at}/detectors/?project=-1`, detector),
      this.requests.list(`${at}/monitors/?project=-1`, cron),
      this.requests.list(`${at}/workflows/?project=-1`, alert),
      this.requests.list(`${at}/integrations/?providerKey=slack`, integration),
    ]);
    const streams = detectors.filter(({ type }) => type === "issue_stream");
    return {
      projects,
      teams: teams.map(({ slug }) => slug),
      streams: Object.fromEntries(streams.map(({ id, projectId }) => [projectId ?? "", id])),
      uptimes: detectors
        .filter(({ type }) => type === "uptime_domain_failure")
        .map(({ id, projectId, name, enabled, dataSources }) => ({
          ...{ id, name, projectId: projectId ?? "", isEnabled: enabled },
          url: dataSources?.[0]?.queryObj?.url ?? "",
        })),
      ...{ crons, alerts },
      workspaces: integrations
        .filter(({ isSlack, isActive }) => isSlack && isActive)
        .map(({ id, domain }) => ({ id, domain })),
    };
  }

  async createProject(slug: string): Promise<void> {
    const { organization, team: whose } = this.agency;
    const path = `teams/${organization}/${whose}/projects/`;
    const made = await this.requests.call("POST", path, projectBody(slug), project);
    if (made === undefined || made.slug === slug) return;
    // Errors would go where nobody looks for them.
    await this.requests.call("DELETE", `projects/${organization}/${made.id}/`, undefined);
    throw new Refusal(
      `Sentry made ${made.slug} where ${slug} was asked for; it is removed again. See what has that name there`,
    );
  }

  async renameProject(id: string, slug: string): Promise<void> {
    const path = `projects/${this.agency.organization}/${id}/`;
    const made = await this.requests.call("PUT", path, { slug, name: slug }, project);
    if (made !== undefined && made.slug !== slug) {
      throw new Refusal(`Sentry renamed it to ${made.slug} where ${slug} was asked for`);
    }
  }

  async makeUptime(slug: string, uptime: Uptime): Promise<void> {
    const path = `${this.organization}/projects/${slug}/detectors/`;
    await this.requests.call("POST", path, uptimeBody(uptime));
  }

  async changeUptime(id: string, uptime: Uptime): Promise<void> {
    await this.requests.call("PUT", `${this.organization}/detectors/${id}/`, uptimeBody(uptime));
  }

  async removeUptime(id: string): Promise<void> {
    await this.requests.call("DELETE", `${this.organization}/detectors/${id}/`, undefined);
  }

  async makeCron(each: Cron): Promise<void> {
    await this.requests.call("POST", `${this.organization}/monitors/`, cronBody(each));
  }

  async changeCron(slug: string, each: Cron): Promise<void> {
    await this.requests.call("PUT", `${this.organization}/monitors/${slug}/`, cronBody(each));
  }

  async removeCron(slug: string): Promise<void> {
    await this.requests.call("DELETE", `${this.organization}/monitors/${slug}/`, undefined);
  }

  async makeAlert(each: Alert): Promise<void> {
    await this.requests.call("POST", `${this.organization}/workflows/`, alertBody(each));
  }

  async changeAlert(id: string, each: Alert): Promise<void> {
    await this.requests.call("PUT", `${this.organization}/workflows/${id}/`, alertBody(each));
  }

  async removeAlert(id: string): Promise<void> {
    await this.requests.call("DELETE", `${this.organization}/workflows/${id}/`, undefined);
  }

  async dsnOf(slug: string): Promise<string> {
    const path = `projects/${this.agency.organization}/${slug}/keys/?status=active`;
    const keys = await this.requests.list(path, key);
    const inForce = keys.find(({ isActive }) => isActive);
    if (inForce === undefined) {
      throw new Refusal(`${slug} has no key in force on Sentry; make one in its Client Keys`);
    }
    return inForce.dsn.public;
  }

  checkIn(dsn: string, slug: string, isWell: boolean): Promise<void> {
    return checkIn(dsn, slug, isWell);
  }
}
