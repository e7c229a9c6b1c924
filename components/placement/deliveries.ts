import type { Environment } from "../fleet/environment";
import { jobName } from "../fleet/jenkins";
import type { ResolvedNode, ResolvedProject } from "./resolved";
import { httpPortOf, siteOf } from "./sites";

/** What a node is told of a project whose repository it delivers (R43, R48, R57). Holds no secret. */
export interface Delivery {
  readonly slug: string;
  /** Chooses `dc.<environment>.yml`. */
  readonly environment: Environment;
  readonly repository: string;
  /** What is delivered where nothing else is asked for. */
  readonly branch: string;
  /** The name that its health is asked by. */
  readonly domain: string;
  /** Names that show the site, the primary one first. */
  readonly names: readonly string[];
  /** Port on the node's loopback (R65). */
  readonly httpPort: number;
  /** Where a new version says that it is well, and the seconds that it gets for it. */
  readonly health: { readonly path: string; readonly seconds: number };
  /** Environment variables whose values are brought apart. */
  readonly secrets: readonly string[];
  /** Absolute paths in containers that hold data as files (R67). */
  readonly files: readonly string[];
  /** Services of which a new version may run beside the one that serves; absent: none. */
  readonly overlap?: readonly string[];
  /** Services that act by themselves and wait where the machine does not serve; absent: the machine guesses. */
  readonly workers?: readonly string[];
  /**
   * Production takes a commit of which the job of this name has said that its tests passed, or a reason (R49). false:
   * the project has none on Jenkins, and whoever has a key among `jobs` may say so. Absent: tests are nothing to it.
   */
  readonly tested?: string | false;
  /** Public keys that may start this delivery and do nothing else, by name. */
  readonly jobs: Readonly<Record<string, string>>;
}

/** What a project may say of its delivery; each follows from the environment where it is not said. */
export interface DeliveryWishes {
  readonly branch?: string | undefined;
  readonly health?:
    { readonly path?: string | undefined; readonly seconds?: number | undefined } | undefined;
  readonly secrets?: readonly string[] | undefined;
  readonly files?: readonly string[] | undefined;
  readonly overlap?: readonly string[] | undefined;
  readonly workers?: readonly string[] | undefined;
  readonly jobs?: Readonly<Record<string, string>> | undefined;
  readonly jenkins?: object | undefined;
}

/** The branch of an environment, unless a project names another (R48). */
export const branches: Readonly<Record<Environment, string>> = {
  stage: "develop",
  prod: "master",
};

/** What a project is delivered by; undefined for one without a repository, which is not. Pure. */
export function deliveryOf(
  project: Parameters<typeof siteOf>[0] & Pick<ResolvedProject, "repository"> & DeliveryWishes,
  environment: Environment,
): Delivery | undefined {
  const { slug, domain, repository, branch, health, secrets, files, overlap } = project;
  const { workers, jobs, jenkins } = project;
  if (repository === undefined) return undefined;
  return {
    slug,
    environment,
    repository,
    branch: branch ?? branches[environment],
    domain,
    names: siteOf(project, environment).serve,
    httpPort: httpPortOf(project),
    health: { path: health?.path ?? "/", seconds: health?.seconds ?? 60 },
    secrets: [...(secrets ?? [])].sort(),
    files: [...(files ?? [])].sort(),
    ...(overlap === undefined || overlap.length === 0 ? {} : { overlap: [...overlap].sort() }),
    ...(workers === undefined ? {} : { workers: [...workers].sort() }),
    ...(environment === "prod"
      ? { tested: jenkins === undefined ? (false as const) : jobName(slug, environment) }
      : {}),
    jobs: jobs ?? {},
  };
}

/** Whether a node's machine delivers a project: it has a repository, and the machine is Berth's to deploy to. Pure. */
export function isDelivered(
  { manage }: Pick<ResolvedNode, "manage">,
  { repository }: Pick<ResolvedProject, "repository">,
): boolean {
  return repository !== undefined && manage.includes("proxy") && manage.includes("deploy");
}
