import * as net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import * as pulumi from "@pulumi/pulumi";

/** Milliseconds that a machine may take: `booting` to let the first in, `silent` to answer at all. */
export interface Patience {
  readonly booting: number;
  readonly silent: number;
}

const usual: Patience = { booting: 240_000, silent: 30_000 };

/**
 * The address of a machine that this update powers off and on again, given out once its sshd answers.
 * A session dials once (`usualDials`), since a login that was refused stays refused; what is waited for
 * here is the machine, without a login. A machine that never answers is not waited for: the dial says so.
 *
 * In a preview the address as it is.
 */
export function awake(
  id: pulumi.Output<string>,
  address: pulumi.Output<string>,
): pulumi.Output<string> {
  if (pulumi.runtime.isDryRun()) return address;
  // The id is known when the update of the machine is done.
  return pulumi.all([address, id]).apply(async ([known]) => {
    await sshAnswers(known, 22);
    return known;
  });
}

/** Milliseconds that a machine gets which is only to be asked something. */
const asked: Patience = { booting: 5_000, silent: 5_000 };

/**
 * Tells whether an sshd answers at an address. On a local cloud whose machines are records, which have none and whose
 * sessions succeed all the same, each does (`BERTH_REHEARSAL_RECORDS`).
 */
export function isReached(
  variables: Readonly<Record<string, string | undefined>>,
): (address: string) => Promise<boolean> {
  if (variables["BERTH_REHEARSAL_RECORDS"]) return () => Promise.resolve(true);
  return (address) => sshAnswers(address, 22, asked);
}

/** Waits until an sshd greets at an address, or patience ends; answers which of the two. */
export async function sshAnswers(
  host: string,
  port: number,
  { booting, silent }: Patience = usual,
): Promise<boolean> {
  const started = Date.now();
  let heard = false;
  for (;;) {
    const answer = await greeting(host, port, Math.min(5_000, silent));
    if (answer === "ssh") return true;
    heard ||= answer === "refused";
    if (Date.now() - started >= (heard ? booting : silent)) return false;
    await sleep(500);
  }
}

/** What comes of one connection: an sshd's greeting, a refusal, or nothing. */
function greeting(host: string, port: number, ms: number): Promise<"ssh" | "refused" | "silent"> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    const end = (answer: "ssh" | "refused" | "silent") => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(ms, () => end("silent"));
    socket.once("data", (data: Buffer) =>
      end(data.toString().startsWith("SSH-") ? "ssh" : "refused"),
    );
    socket.once("end", () => end("refused"));
    socket.once("error", ({ code }: NodeJS.ErrnoException) =>
      end(code === "ECONNREFUSED" || code === "ECONNRESET" ? "refused" : "silent"),
    );
  });
}
