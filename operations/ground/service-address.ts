import { Refusal } from "./usage";

/** Addresses that a service may have: with TLS, or on this very computer. */
const form = /^(https:\/\/[a-z0-9.-]+(:[0-9]+)?(\/[A-Za-z0-9._-]+)*|http:\/\/127\.0\.0\.1:[0-9]+)$/;

/**
 * Where a command finds a service: what the variable says that the service's own tools go by, else what is declared.
 * Throws a `Refusal` naming the variable where it says no such address, since a token would go there.
 */
export function serviceAddress(
  env: NodeJS.ProcessEnv,
  variable: "SENTRY_URL" | "JENKINS_URL",
  declared: string,
): string {
  // Jenkins itself writes its own with a slash behind.
  const said = (env[variable] ?? "").replace(/\/$/, "");
  if (said === "") return declared;
  if (form.test(said)) return said;
  throw new Refusal(
    `${variable} is no address of a service: allowed is https:// and a name; unset it, or copy the address from the browser`,
  );
}
