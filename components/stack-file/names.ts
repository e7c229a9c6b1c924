import { namesFor, type Names } from "../fleet/names";
import type { Draft } from "./draft";

/** The names that a domain leads to; its origin is that of a host stack where one is given. */
export function namesIn({ own }: Draft, domain: string, hostStack?: string): Names {
  return namesFor(domain, own.config.agency?.domains ?? [], hostStack);
}
