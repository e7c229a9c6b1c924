import { identityOf } from "../../../components/fleet/ssh-key";
import { Refusal, unknown } from "../../ground/usage";

type Deployers = Readonly<Record<string, string>>;

const place = "Pulumi.yaml: berth:team.deployers";

/** The key of a declared deployer. Throws a `Refusal` saying where to declare it. */
export function declaredKey(name: string, deployers: Deployers): string {
  const key = Object.hasOwn(deployers, name) ? deployers[name] : undefined;
  if (key !== undefined) return key;
  const message = unknown("deployer", name, Object.keys(deployers));
  throw new Refusal(`${message} To add one, write its public key to ${place}.${name} and commit.`);
}

/**
 * Refuses the removal of a deployer as long as it cannot be done without losing the way in, or would
 * be undone by the next deployment: the last one, the one in use, one that is still declared.
 */
export function refuseRemoval(name: string, deployers: Deployers, held: readonly string[]): void {
  const mine = new Set(held.map(identityOf));
  const others = Object.entries(deployers).filter(([each]) => each !== name);
  const isDeclared = Object.hasOwn(deployers, name);
  if (isDeclared && others.length === 0) {
    throw new Refusal(
      `${name} is the last deployer; without one nobody could converge a machine. Declare another ` +
        `at ${place}, then: berth deployers add <name>`,
    );
  }
  if (!others.some(([, key]) => mine.has(identityOf(key)))) {
    throw new Refusal(
      `the key in use would be removed: your ssh-agent holds none of those that stay ` +
        `(${others.map(([each]) => each).join(", ")}). Load one of them: ssh-add ~/.ssh/<key>`,
    );
  }
  if (isDeclared) {
    throw new Refusal(
      `${name} is still declared, so the next pulumi up would bring it back. Remove ${place}.${name}, ` +
        `commit, and run this again: berth deployers remove ${name}`,
    );
  }
}
