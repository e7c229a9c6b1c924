import * as net from "node:net";

/** Milliseconds between knocks: a machine that counts connections (ufw's limit is 6 in 30 s) lets these be. */
const pause = 8_000;
/** Before the first: a session that has nothing to do is over by then. */
const first = 2_000;

/**
 * Opens a new connection to a machine's sshd now and then until it is stopped: what a changed firewall of
 * the machine is confirmed by while the session that changed it goes on (`steps/firewall.sh`). Nobody logs
 * in by it. A machine that does not answer is none of its business; it never keeps a process alive.
 */
export function knockAt(host: string, port = 22): { readonly stop: () => void } {
  let timer = setTimeout(knock, first).unref();
  function knock(): void {
    const socket = net.connect({ host, port }).unref();
    socket.setTimeout(pause, () => socket.destroy());
    // Its greeting: it was let in.
    socket.once("data", () => socket.destroy());
    socket.on("error", () => socket.destroy());
    timer = setTimeout(knock, pause).unref();
  }
  return { stop: () => clearTimeout(timer) };
}
