import { ProviderError, type Context } from "../../emulator/handler";

/** A refusal by the API in the words of DigitalOcean's Go client, led by what was being done. */
export function refused(
  doing: string,
  request: string,
  status: number,
  message: string,
): ProviderError {
  const [method, path] = request.split(" ");
  return new ProviderError(
    `${doing}: ${method} https://api.digitalocean.com/v2${path}: ${status} ${message}`,
  );
}

/** What the API says of an object that does not exist. */
export function notFound(doing: string, request: string): ProviderError {
  return refused(doing, request, 404, "The resource you were accessing could not be found.");
}

/** Refuses a call without a token; the real provider finds out at its first request too. */
export function authenticate(context: Context, doing: string, request: string): void {
  const token =
    context.config["token"] ??
    context.environment("DIGITALOCEAN_TOKEN") ??
    context.environment("DIGITALOCEAN_ACCESS_TOKEN");
  if (!token) throw refused(doing, request, 401, "Unable to authenticate you");
}
