import { z } from "zod";

const objects = z.array(z.object({ id: z.string(), data: z.record(z.string(), z.unknown()) }));
type Objects = z.output<typeof objects>;

/** What the local cloud's doubles of Jenkins, Sentry and Slack hold, by kind. */
export interface Joined {
  readonly jobs: Objects;
  readonly agents: Objects;
  readonly organizations: Objects;
  readonly messages: Objects;
}

/** Asks a local cloud for it, at its control door. */
export async function joinedIn(control: string): Promise<Joined> {
  const of = async (kind: string) => {
    const answer = await fetch(`${control}/objects/${encodeURIComponent(kind)}`);
    return objects.parse(await answer.json());
  };
  const [jobs, agents, organizations, messages] = await Promise.all(
    ["jenkins/job", "jenkins/agent", "sentry/organization", "slack/message"].map(of),
  );
  return { jobs: jobs!, agents: agents!, organizations: organizations!, messages: messages! };
}

/** What a rehearsal says of it, a line a service; of one that nothing was joined to none. Pure. */
export function toldJoined({ jobs, agents, organizations, messages }: Joined): readonly string[] {
  const names = (all: Objects) => all.map(({ id }) => id).sort();
  const projects = organizations.flatMap(({ data }) => {
    const found = z.array(z.object({ slug: z.string() })).safeParse(data["projects"]);
    return found.success ? found.data.map(({ slug }) => slug) : [];
  });
  const last = messages.at(-1)?.data["text"];
  return [
    ...line("Jenkins", [...names(jobs), ...names(agents).map((each) => `agent ${each}`)]),
    ...line("Sentry", projects.sort()),
    ...line("Slack", typeof last === "string" ? [JSON.stringify(last.slice(0, 200))] : []),
  ];
}

function line(service: string, what: readonly string[]): string[] {
  return what.length === 0 ? [] : [`  ${service.padEnd(7)} ${what.join(", ")}`];
}
