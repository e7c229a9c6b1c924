import { pulumi } from "../../engine/pulumi";
import { dsnSecret } from "../../components/fleet/sentry";
import type { Context } from "../ground/context";
import { printableLine } from "../ground/printable";
import { Refusal } from "../ground/usage";
import type { ErrorTracking } from "./service";
import type { Act } from "./sheet";

/** Does one thing of a plan. */
export async function carryOut(service: ErrorTracking, context: Context, act: Act): Promise<void> {
  switch (act.kind) {
    case "create project":
      return service.createProject(act.slug);
    case "rename project":
      return service.renameProject(act.id, act.slug);
    case "make uptime":
      return service.makeUptime(act.project, act.uptime);
    case "change uptime":
      return service.changeUptime(act.id, act.uptime);
    case "remove uptime":
      return service.removeUptime(act.id);
    case "make cron":
      return service.makeCron(act.cron);
    case "change cron":
      return service.changeCron(act.slug, act.cron);
    case "remove cron":
      return service.removeCron(act.slug);
    case "make alert":
      return service.makeAlert(act.alert);
    case "change alert":
      return service.changeAlert(act.id, act.alert);
    case "remove alert":
      return service.removeAlert(act.id);
    case "set dsn":
      return setDsn(context, act.stack, act.project, await service.dsnOf(act.from));
    default:
      return act satisfies never;
  }
}

/** Has the engine encrypt a DSN into a stack's file. It travels on standard input and is shown nowhere. */
async function setDsn(
  { directory, env }: Context,
  stack: string,
  slug: string,
  dsn: string,
): Promise<void> {
  const place = `berth:secrets.${slug}.${dsnSecret}`;
  const args = ["config", "set", "--stack", stack, "--secret", "--path", place];
  const { code, stderr } = await pulumi(args, { cwd: directory, env, input: dsn });
  if (code === 0) return;
  const said = printableLine(stderr.replaceAll(dsn, "…"), 300);
  throw new Refusal(`${place} was not set in Pulumi.${stack}.yaml: ${said}`);
}
