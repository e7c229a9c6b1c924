import { ageOf, bad, good, unknown, type Cell } from "../cell";
import type { Gathered } from "../gather";
import { ofReading } from "./known";
import { withoutService } from "./machine";

/** Days that the last message which Slack took proves something: a digest goes each night. */
const provenDays = 8;

/** Whether messages reach Slack: the last that it took, by the webhook that is at hand. */
export function alerts(row: Gathered, now: Date): Cell {
  const absent = withoutService(row);
  if (absent !== undefined) return absent;
  if (row.alerts === undefined) {
    return unknown({ source: "nobody" }, "name with --alerts where it is kept that Slack took one");
  }
  const { reading, webhook } = row.alerts;
  return ofReading(reading, (said, origin) => {
    const at = new Date(said.at);
    const from = { ...origin, at };
    if (at.getTime() > now.getTime() + 3_600_000) return unknown(from, "is dated in the future");
    const value = `Slack took a message ${ageOf(at, now)} ago`;
    if (webhook !== undefined && webhook !== said.webhook) {
      return bad(value, from, "the webhook is another since; berth notify --test");
    }
    const days = (now.getTime() - at.getTime()) / 86_400_000;
    return days <= provenDays ? good(value, from) : bad(value, from, "berth notify --test");
  });
}
