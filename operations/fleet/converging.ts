import { isEntered } from "../../components/machine/declaration";
import { knockAt } from "../../components/node/knocking";
import { renderConverge, statuses } from "../../components/machine/script";
import { machineName, type Machine } from "./fleet";
import { readReport, type Report } from "../ground/report";
import { runScript, type Entrance } from "../ground/sessions";
import type { Session } from "../ground/ssh";
import type { Fault } from "../ground/ssh-options";

/**
 * How a converge of one machine ended.
 * - `done`: as declared, maybe after changes,
 * - `drift`: a check found differences,
 * - `failed`: something could not be done, the rest was,
 * - `refused`: nothing may be done there (another stack's machine, an unknown system),
 * - `fault`: the session did not take place or was not finished,
 * - `observed`: Berth may only look at this machine.
 */
export type Outcome =
  | { readonly kind: "done" | "drift" | "failed" | "refused"; readonly report: Report }
  | { readonly kind: "fault"; readonly fault: Fault; readonly detail: string }
  | { readonly kind: "observed" };

/** A machine with how its converge ended. */
export interface Converged {
  readonly machine: Machine;
  readonly outcome: Outcome;
}

/** The script limits itself to 50 minutes; a little more, so that its own words arrive. */
const convergeMs = 55 * 60_000;

/**
 * What a machine says before it does anything else. One that lets the login in and then hangs (in a
 * start-up file, in sudo, on a home that is gone) would hold the command as long as one that installs
 * Docker: two minutes are enough to begin, also under load.
 */
const begins = { saying: "berth: at work", withinMs: 2 * 60_000 };

/** Runs the script of the deployment on one machine, now. Never throws for what the machine does. */
export async function converge(
  machine: Machine,
  entrance: Entrance,
  check: boolean,
  timeoutMs = convergeMs,
): Promise<Converged> {
  if (!isEntered(machine.declared)) return { machine, outcome: { kind: "observed" } };
  const script = `echo '${begins.saying}'\n${renderConverge(machine.declared, check)}`;
  // A changed firewall is kept once a new connection came through it.
  const knocking = check ? undefined : knockAt(machine.address);
  try {
    return {
      machine,
      outcome: outcomeOf(await runScript(machine, entrance, script, timeoutMs, begins)),
    };
  } finally {
    knocking?.stop();
  }
}

/** Reads what a session of the script left. Pure. */
export function outcomeOf(session: Session): Outcome {
  if (session.kind === "fault") return session;
  const { code, stdout, stderr } = session;
  const report = readReport(stdout);
  switch (code) {
    case statuses.done:
      return { kind: "done", report };
    case statuses.drift:
      return { kind: "drift", report };
    case statuses.refused:
      return { kind: "refused", report };
    default:
      return { kind: "failed", report: explained(report, code, stderr) };
  }
}

/** A script that ended before its last line did not say why: the status and ssh's words do. */
function explained(report: Report, code: number, stderr: string): Report {
  if (report.complete) return report;
  const why = code === 124 ? "was still at work after 50 minutes" : `ended with status ${code}`;
  const said = stderr.trim().split("\n").at(-1) ?? "";
  const detail = said === "" ? why : `${why}: ${said}`;
  return {
    ...report,
    findings: [...report.findings, { kind: "failed", subject: "session", detail }],
  };
}

/** What a person is told of each machine, as rows: node, what, subject, detail. */
export function rowsOf({ machine, outcome }: Converged): string[][] {
  const name = machineName(machine);
  switch (outcome.kind) {
    case "fault":
      return [[name, outcome.fault, machine.address, outcome.detail]];
    case "observed":
      return [[name, "observed", "manage", "is not declared: Berth only looks here; not judged"]];
    case "done":
    case "drift":
    case "failed":
    case "refused":
      return outcome.report.findings.map(({ kind, subject, detail }) => [
        name,
        kind,
        subject,
        detail,
      ]);
    default:
      return outcome satisfies never;
  }
}
