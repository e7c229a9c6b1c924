import * as dgram from "node:dgram";
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

/**
 * Asks one UDP port of an address from outside: `refused` where the machine says that nothing listens,
 * which it does not say of every port that is asked of it at once.
 */
export function askUdp(host: string, port: number, ms = 700): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = dgram.createSocket(net.isIPv6(host) ? "udp6" : "udp4");
    const end = (answer: Answer) => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(() => end("silent"), ms);
    socket.once("message", () => end("open"));
    socket.once("error", () => end("refused"));
    // Connected, so that the refusal of another machine comes back as an error.
    socket.connect(port, host, () => socket.send("?"));
  });
}

/** How many ports are asked at a time: each that is silent takes its while, and a file of this process. */
const atOnce = 2_500;

/**
 * The ports of an address that answer anything at all, by a scan of some or of every one, over TCP unless
 * it says otherwise.
 */
export async function answering(
  host: string,
  ports = every,
  asks: typeof ask = ask,
): Promise<readonly number[]> {
  const left = [...ports];
  const found: number[] = [];
  const scan = async () => {
    for (let port = left.pop(); port !== undefined; port = left.pop()) {
      if ((await asks(host, port)) !== "silent") found.push(port);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, scan));
  return found.sort((a, b) => a - b);
}

/** What a machine lets in, as seen from outside at all of its addresses. */
export interface SeenOpen {
  readonly tcp: readonly number[];
  readonly udp: readonly number[];
}

/** What answers at each of the addresses, over TCP and UDP; `tcp` absent: every port of TCP. */
export function seenOpen(
  addresses: readonly string[],
  looked: { readonly tcp?: readonly number[]; readonly udp: readonly number[] },
): Promise<readonly SeenOpen[]> {
  return Promise.all(
    addresses.map(async (address) => {
      const [tcp, udp] = await Promise.all([
        answering(address, looked.tcp),
        answering(address, looked.udp, askUdp),
      ]);
      return { tcp, udp };
    }),
  );
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
