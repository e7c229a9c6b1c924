import { Refusal } from "../ground/usage";
import { codeOf } from "./request";

const patience = 20_000;

/**
 * Reports for a cron monitor, by the project's own DSN, as Sentry's documentation has it for any program
 * (docs.sentry.io, Crons, HTTP). Throws a `Refusal` that holds nothing of the DSN.
 */
export async function checkIn(dsn: string, cron: string, isWell: boolean): Promise<void> {
  const address = addressOf(dsn, cron);
  if (address === undefined) throw new Refusal(`the DSN for ${cron} has not the form of one`);
  const answer = await fetch(`${address}?status=${isWell ? "ok" : "error"}`, {
    ...{ method: "POST", redirect: "manual" },
    signal: AbortSignal.timeout(patience),
  }).catch((error: unknown) => {
    throw new Refusal(`Sentry did not take the report of ${cron}: ${codeOf(error)}`);
  });
  await answer.body?.cancel();
  if (answer.ok) return;
  throw new Refusal(
    `Sentry did not take the report of ${cron}: ${answer.status}; run berth sentry, which makes its monitor`,
  );
}

/** `https://KEY@HOST/PROJECT` is reported to at `https://HOST/api/PROJECT/cron/SLUG/KEY/`. */
function addressOf(dsn: string, cron: string): string | undefined {
  const [, scheme, key, host, project] =
    /^(https?):\/\/([0-9a-f]{32})@([A-Za-z0-9.:-]+)\/([0-9]+)$/.exec(dsn) ?? [];
  if (scheme === undefined) return undefined;
  return `${scheme}://${host}/api/${project}/cron/${cron}/${key}/`;
}
