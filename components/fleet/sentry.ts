import { group, text } from "./hints";
import type { Declared } from "./declared";

/** Whom errors are reported to where no other address is declared. */
export const sentryAddress = "https://sentry.io";

/** The secret that a production project is given once `berth sentry` has set it: where its errors go. */
export const dsnSecret = "SENTRY_DSN";

/** A slug as Sentry has them: of an organisation, a team or a project. */
const sentrySlugPattern = /^(?![0-9]+$)[a-z0-9_-]{1,50}$/;

const sentrySlug = (description: string, what: string) =>
  text(description, sentrySlugPattern, {
    what: `the slug of ${what}`,
    allowed: "lower-case letters, digits, _ and -, not digits alone, at most 50",
    fix: "copy it from the address that Sentry shows in the browser",
  });

/** Where errors and outages of production are told (R52). */
export const agencySentry = group(
  "The agency's Sentry, where each production project has a project of its own (R52); absent: none has.",
  {
    address: text(
      `Its address; absent: ${sentryAddress}.`,
      /^(https:\/\/[a-z0-9.-]+(:[0-9]+)?|http:\/\/127\.0\.0\.1:[0-9]+)$/,
      {
        what: "the address of a Sentry",
        allowed: "https:// and a name, without a path",
        fix: `leave the line out for ${sentryAddress}, or write the address of the region or of your own Sentry`,
      },
    ).optional(),
    organization: sentrySlug("Slug of the agency's organisation there.", "an organisation"),
    team: sentrySlug("Slug of the team that its projects belong to.", "a team"),
    channel: text("Channel of Slack that alerts go to.", /^#[\p{Ll}\p{N}_-]{1,80}$/u, {
      what: "a channel of Slack",
      allowed: "# and the channel's name, lower case, in quotes",
      fix: 'write it as Slack shows it, in quotes: "#alerts"',
    }),
    workspace: text(
      "Workspace of Slack, where several are connected to Sentry.",
      /^[a-z0-9-]+\.slack\.com$/,
      {
        what: "the address of a workspace",
        allowed: "a name such as countable.slack.com",
        fix: "copy it from Slack's address in the browser, without https://",
      },
    ).optional(),
  },
);
export type AgencySentry = Declared<typeof agencySentry>;

/** What a production project says of its project on Sentry. */
export const projectSentry = group("Its project on the agency's Sentry (R52).", {
  project: sentrySlug(
    "Slug of its project there: one that exists is taken over as it is; absent: <slug>-prod.",
    "a project",
  ),
});

/** The slug of a production project's own project on Sentry, where it names no other. */
export const sentryProject = (slug: string): string => `${slug}-prod`;
