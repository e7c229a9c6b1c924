import type { AgencySentry } from "../../components/fleet/sentry";
import type { Alert, FoundProject, FoundThere } from "./service";
import { isMarked, type Sheet } from "./sheet";
import type { Wanted, WantedProject } from "./wanted";

/** The one workspace of Slack that alerts go to, or what a person has to do first. */
export function workspaceOf(
  { organization, address = "https://sentry.io", workspace }: AgencySentry,
  { workspaces }: FoundThere,
): { readonly id: string } | { readonly problem: string } {
  const page = `${address}/settings/${organization}/integrations/slack/`;
  const known = workspaces.map(({ domain }) => domain).join(", ");
  const found = workspaces.filter(({ domain }) => workspace === undefined || domain === workspace);
  const [only, ...more] = found;
  if (workspaces.length === 0) {
    return {
      problem: `Slack is not connected, so nobody would hear an alert, and none is made. That is one click of a person's for the whole organisation: ${page}`,
    };
  }
  if (only === undefined) {
    return {
      problem: `the workspace ${workspace} is not connected (there are: ${known}); connect it at ${page}, or name another in agency.sentry`,
    };
  }
  if (more.length > 0) {
    return { problem: `several workspaces are connected (${known}); name one in agency.sentry` };
  }
  return only;
}

/** Plans that the channel is told of a project's issues, once (R52). */
export function planAlert(
  sheet: Sheet,
  { agency, mark }: Wanted,
  { slug }: WantedProject,
  there: FoundThere,
  integration: string,
  project: FoundProject | undefined,
): void {
  const source = project === undefined ? undefined : there.streams[project.id];
  if (project !== undefined && source === undefined) {
    sheet.problem(
      `Sentry has no source of all issues of ${slug}, so no alert can listen to it; it takes a version with Monitors and Alerts`,
    );
    return;
  }
  const channel = agency.channel.slice(1);
  const tells = ({ slack }: Alert) =>
    slack.some((one) => one.integration === integration && one.channel === channel);
  const listening = there.alerts.filter(
    ({ sources }) => source !== undefined && sources.includes(source),
  );
  // Beside one of a person's that tells the same channel, ours would be heard twice.
  const byHand = listening.find((one) => !isMarked(one.name, mark) && one.isEnabled && tells(one));
  if (byHand !== undefined) {
    sheet.note(
      `its alert ${JSON.stringify(byHand.name)} was made by hand and tells ${agency.channel} already; none is made beside it`,
    );
    return;
  }
  const alert: Alert = {
    name: `${mark.now} ${slug} to Slack`,
    sources: source === undefined ? [] : [source],
    slack: [{ integration, channel }],
    ...{ isWhole: true, isEnabled: true },
  };
  const own = listening.find((one) => isMarked(one.name, mark));
  if (own === undefined) {
    sheet.step(`tell ${agency.channel} of its issues`, { kind: "make alert", alert });
    return;
  }
  sheet.keep("alert", own.id);
  const isSame = own.name === alert.name && own.isEnabled && own.isWhole && tells(own);
  if (isSame && own.sources.length === 1 && own.slack.length === 1) return;
  sheet.step(`tell ${agency.channel} of its issues again`, {
    ...{ kind: "change alert", id: own.id, alert },
  });
}
