import { group, text } from "./hints";

/** The directory of Let's Encrypt, whose certificates browsers trust. */
export const letsEncrypt = "https://acme-v02.api.letsencrypt.org/directory";

/**
 * Whom the machines order certificates of for projects whose DNS the client runs: there is no edge before
 * them, so visitors' browsers must trust what the machine shows.
 */
export const acme = group(
  "Certificates of projects with dns: external, ordered by their machines. Naming it agrees to the authority's terms.",
  {
    email: text("Whom the authority writes to.", /^[^\s@'"]+@[^\s@'"]+\.[^\s@'"]+$/, {
      what: "an address of e-mail",
      fix: "write one that people of the agency read",
    }),
    directory: text(
      "The authority's ACME directory; absent: Let's Encrypt.",
      /^https:\/\/[^\s'"]+$/,
      {
        what: "the address of an ACME directory",
        allowed: "an address with https://",
        fix: "copy it from the authority, or leave it out for Let's Encrypt",
      },
    ).optional(),
  },
);
