import { cloudFacts } from "../../../components/clouds/facts";
import type { ResolvedFleet } from "../../../components/placement/resolved";

/** A place that Berth cannot close: where it is, and what is to be done there. */
export interface Elsewhere {
  readonly place: string;
  readonly action: string;
}

/**
 * What a person who left may still have, and nobody but a person can take away; from what the
 * fleets use. Pure.
 */
export function elsewhere(member: string, fleets: readonly ResolvedFleet[]): Elsewhere[] {
  const nodes = fleets.flatMap((fleet) => fleet.nodes);
  const providers = new Set(nodes.map(({ placement }) => placement.provider));
  const accounts = new Set(fleets.map(({ agency }) => agency.awsAccount));
  const zones = new Set(fleets.flatMap(({ agency }) => Object.keys(agency.zones)));
  const repositories = fleets.flatMap(({ projects }) =>
    projects.flatMap(({ repository }) => (repository === undefined ? [] : [hostOf(repository)])),
  );
  const clients = nodes.filter(({ server }) => server !== undefined).map(({ name }) => name);
  const out = [
    ...[...providers].flatMap((provider) => {
      const team = provider === "client" ? undefined : cloudFacts[provider].console.team;
      return team === undefined
        ? []
        : [{ place: team, action: "remove the person and their tokens" }];
    }),
    ...[...accounts].map((account) => ({
      place: `AWS account ${account}`,
      action: "delete the person's IAM user with its keys and password, and their SSO assignment",
    })),
    ...(zones.size > 0
      ? [{ place: "Cloudflare", action: "remove the person; delete their API tokens" }]
      : []),
    ...[...new Set(repositories)].map((host) => ({
      place: host,
      action: "remove the person and their keys from the organisation and its repositories",
    })),
    ...(clients.length > 0
      ? [
          {
            place: `clients of ${[...new Set(clients)].join(", ")}`,
            action: "tell them; they may have given access of their own",
          },
        ]
      : []),
  ];
  return [...out, ...always(member)];
}

function always(member: string): Elsewhere[] {
  return [
    { place: "Jenkins", action: `disable the user ${member} and delete their API tokens` },
    { place: "Slack and Sentry", action: "deactivate the account" },
    { place: "password store", action: "remove the person; change what they could read" },
    {
      place: "Pulumi state",
      action: "take away access to its bucket and key; with a passphrase, change it",
    },
    {
      place: "secrets on the machines",
      action: "members are root: change what applications' .env files hold, where it matters",
    },
  ];
}

/** The host of a repository's address: `git@github.com:acme/shop.git`, `https://github.com/…`. */
function hostOf(repository: string): string {
  return /^(?:\w+:\/\/)?(?:[^@/]+@)?([^:/]+)/.exec(repository)?.[1] ?? repository;
}
