/** Services that a program's project is joined to: Slack, Sentry and Jenkins, each a double that keeps its state. */

import type { World } from "../emulator/world";
import { JenkinsDouble, jenkinsAccount } from "./jenkins/jenkins";
import { Sentry, sentryToken } from "./sentry/sentry";
import { Slack } from "./slack";

/** Where they are, and who may ask. None of it is a secret: nobody else reaches them. */
export interface ServicesCard {
  readonly slack: { readonly webhook: string };
  readonly sentry: { readonly address: string; readonly token: string };
  readonly jenkins: { readonly address: string; readonly user: string; readonly token: string };
}

/** Services that serve. */
export interface Services {
  readonly card: ServicesCard;
  stop(): Promise<void>;
}

const kind = "services/port";

/**
 * Serves all three on loopback, over one world. Each keeps its port for as long as nobody else takes it: what was told
 * to people and programs (a webhook, where errors go) leads there after a restart too.
 */
export async function serveServices(world: World): Promise<Services> {
  const [slack, sentry, jenkins] = [new Slack(world), new Sentry(world), new JenkinsDouble(world)];
  const webhook = await atItsPort(world, "slack", (port) => slack.start(port));
  const address = await atItsPort(world, "sentry", (port) => sentry.start(port));
  const controller = await atItsPort(world, "jenkins", (port) => jenkins.open(port));
  return {
    card: {
      slack: { webhook },
      sentry: { address, token: sentryToken },
      jenkins: { address: controller, ...jenkinsAccount },
    },
    stop: async () => void (await Promise.all([slack.stop(), sentry.stop(), jenkins.close()])),
  };
}

async function atItsPort(
  world: World,
  name: string,
  start: (port?: number) => Promise<string>,
): Promise<string> {
  const before = world.get(kind, name)?.data["port"];
  const address = await start(typeof before === "number" ? before : undefined).catch(
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      return start();
    },
  );
  world.put(kind, name, { port: Number(new URL(address).port) });
  return address;
}
