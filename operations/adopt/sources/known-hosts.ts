import { readHostKey } from "../../../components/fleet/ssh-key";
import { runProgram } from "../../../engine/program";
import { Refusal } from "../../ground/usage";

/** Types that connections are pinned to, the one that is taken first where a host has several. */
const types = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"];

/**
 * The host keys that a list of ssh's knows of these addresses. By `ssh-keygen`, as the list may be hashed. An address
 * with two keys of one type has none. Throws a `Refusal` where the file cannot be read.
 */
export async function knownKeys(
  file: string,
  addresses: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const address of addresses) {
    const { code, stdout, stderr } = await runProgram("ssh-keygen", ["-F", address, "-f", file], {
      env,
    });
    if (code > 1 || /Cannot|No such|fopen/i.test(stderr)) {
      throw new Refusal(`${file}: cannot be read as a list of known hosts`);
    }
    const key = keyIn(stdout);
    if (key !== undefined) found.set(address, key);
  }
  return found;
}

function keyIn(text: string): string | undefined {
  const keys = text
    .split("\n")
    // A marker (`@revoked`) stands before the name.
    .filter((line) => line !== "" && !/^[#@]/.test(line))
    .map((line) => line.split(/\s+/).slice(1, 3).join(" "));
  for (const type of types) {
    const ofType = new Set(keys.filter((key) => key.startsWith(`${type} `)));
    const [only] = ofType;
    if (only === undefined) continue;
    return ofType.size === 1 && readHostKey(only).kind === "key" ? only : undefined;
  }
  return undefined;
}
