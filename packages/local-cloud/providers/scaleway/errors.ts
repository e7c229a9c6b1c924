import { ProviderError } from "../../emulator/handler";

/** A refusal by the API, in the words of Scaleway's Go SDK but without their wrapping. */
export class ApiError extends ProviderError {
  constructor(message: string) {
    super(`scaleway-sdk-go: ${message}`);
  }
}

/** A refusal by the provider's own code, without wrapping. */
export class PluginError extends ProviderError {}

/** `resource instance_server with ID … is not found`; takes `zone/uuid`. */
export function notFound(resource: string, id: string): ApiError {
  return new ApiError(`resource ${resource} with ID ${id.split("/").at(-1)} is not found`);
}
