import * as net from "node:net";

/** What an address answers on a port: `silent` where what is sent is dropped. */
export type Answer = "open" | "refused" | "silent";

/** Asks one TCP port of an address from outside. */
export function ask(host: string, port: number, ms = 700): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    const end = (answer: Answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(ms, () => end("silent"));
    socket.once("connect", () => end("open"));
    socket.once("error", ({ code }: NodeJS.ErrnoException) =>
      end(code === "ECONNREFUSED" || code === "ECONNRESET" ? "refused" : "silent"),
    );
  });
}

/** The ports of an address that answer anything at all, by a scan of some or of every one. */
export async function answering(host: string, ports = every): Promise<readonly number[]> {
  const left = [...ports];
  const found: number[] = [];
  const scan = async () => {
    for (let port = left.pop(); port !== undefined; port = left.pop()) {
      if ((await ask(host, port)) !== "silent") found.push(port);
    }
  };
  await Promise.all(Array.from({ length: 1_000 }, scan));
  return found.sort((a, b) => a - b);
}

const every: readonly number[] = Array.from({ length: 65_535 }, (_, index) => index + 1);

/** Ports of a seed, the same in every run. */
export function seeded(seed: number, count: number): readonly number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return 1 + (state % 65_535);
  });
}
