import { cloudFacts } from "../components/clouds/facts";
import type { CloudCard } from "../packages/local-cloud/cloud/cloud";
import { cloudEnvironment } from "../packages/local-cloud/cloud/environment";
import type { CloudPaths } from "../packages/local-cloud/cloud/paths";
import { standInsFile } from "./stand-ins";

/** What begins the names of variables that could lead a rehearsal to an account of Berth's clouds. */
const realAccounts = Object.values(cloudFacts).flatMap(({ credentials }) => credentials);

/** Names are asked of the cloud's own name server: the world knows nothing of what is rehearsed. */
function resolvers({ edge }: CloudCard): NodeJS.ProcessEnv {
  if (edge === undefined) return {};
  return { BERTH_RESOLVERS: `${edge.names.address}:${edge.names.port}` };
}

/** What the commands about Jenkins, Sentry and Slack go by, whatever the stack files declare. */
function services({ services: { slack, sentry, jenkins } }: CloudCard): NodeJS.ProcessEnv {
  return {
    SLACK_WEBHOOK_URL: slack.webhook,
    ...{ SENTRY_URL: sentry.address, SENTRY_AUTH_TOKEN: sentry.token },
    ...{ JENKINS_URL: jenkins.address, JENKINS_USER: jenkins.user, JENKINS_TOKEN: jenkins.token },
  };
}

/**
 * The environment in which any command runs against the local cloud, with what Berth itself asks of
 * it: where that cloud is, its control door, and whose keys stand in for the declared ones, which are
 * nobody's here.
 */
export function rehearsalEnvironment(
  paths: CloudPaths,
  card: CloudCard,
  bin: string,
  base: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const inherited = Object.entries(base).filter(
    ([name]) => !realAccounts.some((prefix) => name.startsWith(prefix)),
  );
  return {
    ...cloudEnvironment(paths, card, bin, Object.fromEntries(inherited)),
    BERTH_LOCAL_DIR: paths.directory,
    BERTH_LOCAL_CONTROL: `http://127.0.0.1:${card.control}`,
    ...resolvers(card),
    ...services(card),
    // Else an update would await a first archive that nothing keeps.
    ...(card.account === undefined ? { BERTH_REHEARSAL_NO_ARCHIVES: "1" } : {}),
    ...(card.machines === "recorded"
      ? { BERTH_REHEARSAL_RECORDS: "1" }
      : { BERTH_REHEARSAL_KEYS: standInsFile(paths.directory) }),
  };
}
