import type { Declared } from "./declared";
import { publicKey } from "./fields";
import { group, list } from "./hints";

export const member = group("A person of the team.", {
  keys: list("The person's SSH keys; at least one.", publicKey("A line of a .pub file.")),
});

/** A person of the team. */
export interface Member extends Declared<typeof member> {
  /** Unix account name. */
  readonly name: string;
}
