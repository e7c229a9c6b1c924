import type { Context } from "../../emulator/handler";
import type { DiffDraft } from "../../emulator/table";
import type { Props } from "../../emulator/values";

const hour = 3_600_000;

/** How certificates that end plan and show their renewal: one that is due is replaced. */
export const renewal = {
  adjustDiff: (
    draft: DiffDraft,
    { olds, news }: { olds: Props; news: Props },
    context: Context,
  ): DiffDraft => {
    const due = isDue({ ...olds, ...news }, context);
    const turns = renewedAtOnce(news) && olds["readyForRenewal"] !== true;
    return {
      paths: { ...draft.paths, ...(due || turns ? { readyForRenewal: "UPDATE" } : {}) },
      replaces: [...draft.replaces, ...(due ? ["readyForRenewal"] : [])],
    };
  },
  adjustPlan: (outputs: Props, news: Props): Props =>
    renewedAtOnce(news) ? { ...outputs, readyForRenewal: true } : outputs,
};

/** What time changes in a state: a refresh tells that the renewal is due. */
export function refreshed(outputs: Props, context: Context): Props {
  return isDue(outputs, context) ? { ...outputs, readyForRenewal: true } : outputs;
}

/** The end of a validity that begins at `from`. */
export function endOf(from: Date, inputs: Props): Date {
  return new Date(from.getTime() + Number(inputs["validityPeriodHours"]) * hour);
}

/** True for a certificate whose time for an early renewal is over before it begins. */
function renewedAtOnce(inputs: Props): boolean {
  const early = Number(inputs["earlyRenewalHours"] ?? 0);
  return early > 0 && early >= Number(inputs["validityPeriodHours"]);
}

/** True when the time for an early renewal has come. */
function isDue(outputs: Props, context: Context): boolean {
  const end = Date.parse(String(outputs["validityEndTime"]));
  const early = Number(outputs["earlyRenewalHours"] ?? 0) * hour;
  return !Number.isNaN(end) && end - early <= context.now().getTime();
}
