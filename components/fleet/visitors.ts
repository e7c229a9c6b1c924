import { network } from "./ports";
import { group, list, text } from "./hints";

/** Who may visit a project: from these networks, or with the password; who has either. */
export const visitors = group("Who may visit it; absent: anyone (R81).", {
  networks: list("Networks that visit without a password.", network).optional(),
  password: text(
    "Hash of the password that others visit with, as the user visitor: what `openssl passwd -6` prints.",
    /^\$6\$[./0-9A-Za-z]{8,16}\$[./0-9A-Za-z]{86}$/,
    {
      what: "the hash of a password",
      allowed: "what `openssl passwd -6` prints: $6$, a salt and 86 characters",
      fix: "run `openssl passwd -6` with a long random password, and write what it prints in quotes",
      secret: true,
    },
  ).optional(),
});
