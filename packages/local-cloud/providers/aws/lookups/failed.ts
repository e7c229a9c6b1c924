import { ProviderError } from "../../../emulator/handler";

/** An error of a data source of the Terraform plugin framework. */
export function frameworkLookupFailed(doing: string, cause: string): ProviderError {
  return new ProviderError(`${doing}: ${cause}`);
}

/** An error of a data source; the engine adds which function it was. */
export function lookupFailed(doing: string, cause: string): ProviderError {
  return new ProviderError(`1 error occurred:\n\t* ${doing}: ${cause}\n\n`);
}
