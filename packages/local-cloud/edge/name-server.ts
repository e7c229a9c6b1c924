import { createSocket, type RemoteInfo, type Socket as Datagrams } from "node:dgram";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import {
  decode,
  encode,
  RECURSION_AVAILABLE,
  type Answer,
  type OptAnswer,
  type Packet,
} from "dns-packet";

import { answer, type Names, type Question } from "./dns-answer";

/** A DNS server that listens, over UDP and TCP. */
export interface NameServer {
  readonly address: string;
  /** The same for both. */
  readonly port: number;
  close(): Promise<void>;
}

/** What it answers from. */
export interface NameServerOptions {
  /** Asked anew for every question: zones change while it runs. */
  names(): Omit<Names, "lookUp">;
  /** IPv4 addresses of the servers that know the rest of the world, the first that answers counts. */
  readonly upstream: readonly string[];
}

type Transport = "udp" | "tcp";

/** What one of the servers above may take. Unit: milliseconds. */
const patience = 2_000;
/** What a client takes over UDP that says nothing about it (RFC 1035), and what is never exceeded. */
const smallest = 512;
const largest = 1232;
const truncated = 0x0200;
const authoritative = 0x0400;

/**
 * Serves names at an address: those of the zones itself, all others by asking the servers above. `port` 0
 * takes a free one. Refuses, with the system's error, an address or port that cannot be had.
 */
export async function serveNames(
  address: string,
  port: number,
  options: NameServerOptions,
): Promise<NameServer> {
  for (let attempt = 1; ; attempt++) {
    const tcp = createServer((socket) => serveConnection(socket, options));
    await listening(tcp, port, address);
    const taken = (tcp.address() as AddressInfo).port;
    const udp = createSocket("udp4");
    udp.on("message", (message, from) => void serveDatagram(udp, message, from, options));
    try {
      await bound(udp, taken, address);
      return { address, port: taken, close: () => closed(tcp, udp) };
    } catch (error) {
      await new Promise<void>((resolve) => tcp.close(() => resolve()));
      // Another program has the same number for UDP.
      if (port !== 0 || attempt === 10) throw error;
    }
  }
}

function listening(server: Server, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(port, address, () => {
      server.off("error", reject).on("error", () => undefined);
      resolve();
    });
  });
}

function bound(socket: Datagrams, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject).bind(port, address, () => {
      socket.off("error", reject).on("error", () => undefined);
      resolve();
    });
  });
}

async function closed(tcp: Server, udp: Datagrams): Promise<void> {
  await Promise.all([
    new Promise<void>((resolve) => tcp.close(() => resolve())),
    new Promise<void>((resolve) => udp.close(() => resolve())),
  ]);
}

async function serveDatagram(
  udp: Datagrams,
  message: Buffer,
  from: RemoteInfo,
  options: NameServerOptions,
): Promise<void> {
  const reply = await replyTo(message, "udp", options);
  if (reply) udp.send(reply, from.port, from.address, () => undefined);
}

function serveConnection(socket: Socket, options: NameServerOptions): void {
  let pending = Buffer.alloc(0);
  socket.setTimeout(10_000, () => socket.destroy());
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0);
      const message = pending.subarray(2, end);
      pending = pending.subarray(end);
      void replyTo(message, "tcp", options).then((reply) => {
        if (reply && !socket.destroyed) socket.write(framed(reply));
      });
    }
  });
}

/** The reply to a message; undefined for what is no question. */
async function replyTo(
  message: Buffer,
  transport: Transport,
  options: NameServerOptions,
): Promise<Buffer | undefined> {
  let query: Packet;
  try {
    query = decode(message);
  } catch {
    return undefined;
  }
  const [question] = query.questions ?? [];
  if (query.type !== "query" || !question) return undefined;
  try {
    const lookUp = (asked: Question) => lookedUp(asked, options.upstream);
    const reply = await answer(question, { ...options.names(), lookUp });
    if (!reply) return await forwarded(message, transport, options.upstream);
    const { rcode, answers, authorities } = reply;
    return fitting(
      query,
      { answers: [...answers], authorities: [...authorities] },
      rcode,
      transport,
    );
  } catch {
    return fitting(query, {}, "SERVFAIL", transport);
  }
}

const codes = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3 } as const;

/** The reply as bytes; one that is too long for UDP says so and comes without answers. */
function fitting(
  query: Packet,
  sections: Pick<Packet, "answers" | "authorities">,
  rcode: keyof typeof codes,
  transport: Transport,
): Buffer {
  const extended = query.additionals?.find(({ type }) => type === "OPT");
  const asked = extended?.type === "OPT" ? extended.udpPayloadSize : smallest;
  const flags = authoritative | RECURSION_AVAILABLE | ((query.flags ?? 0) & 0x0100) | codes[rcode];
  const reply: Packet = {
    ...{ type: "response", id: query.id ?? 0, flags, questions: query.questions ?? [] },
    ...(extended ? { additionals: [ownSize] } : {}),
  };
  const whole = encode({ ...reply, ...sections });
  const room = Math.min(Math.max(asked, smallest), largest);
  if (transport === "tcp" || whole.length <= room) return whole;
  return encode({ ...reply, flags: flags | truncated });
}

const ownSize: OptAnswer = {
  ...{ type: "OPT", name: ".", udpPayloadSize: largest, extendedRcode: 0, ednsVersion: 0 },
  ...{ flags: 0, flag_do: false, options: [] },
};

/** What the servers above say of a name that an alias leads to. */
async function lookedUp(
  { name, type }: Question,
  upstream: readonly string[],
): Promise<readonly Answer[]> {
  const id = Math.floor(Math.random() * 65536);
  const query = encode({ type: "query", id, flags: 0x0100, questions: [{ name, type }] });
  return decode(await forwarded(query, "udp", upstream)).answers ?? [];
}

/** The first answer of the servers above. Throws when none of them answers. */
async function forwarded(
  message: Buffer,
  transport: Transport,
  upstream: readonly string[],
): Promise<Buffer> {
  for (const server of upstream) {
    const reply = await (transport === "udp" ? byDatagram : byConnection)(message, server);
    if (reply) return reply;
  }
  throw new Error("no name server answers");
}

function byDatagram(message: Buffer, server: string): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(server.includes(":") ? "udp6" : "udp4");
    const end = (reply?: Buffer) => {
      clearTimeout(timer);
      socket.close();
      resolve(reply);
    };
    const timer = setTimeout(end, patience);
    socket.once("error", () => end());
    socket.once("message", (reply) => end(reply));
    socket.connect(53, server, () => socket.send(message));
  });
}

function byConnection(message: Buffer, server: string): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    let got = Buffer.alloc(0);
    const socket = connect({ host: server, port: 53, timeout: patience });
    const end = (reply?: Buffer) => {
      socket.destroy();
      resolve(reply);
    };
    socket
      .on("error", () => end())
      .on("timeout", () => end())
      .on("close", () => end());
    socket.on("connect", () => socket.write(framed(message)));
    socket.on("data", (chunk) => {
      got = Buffer.concat([got, chunk]);
      if (got.length >= 2 && got.length >= 2 + got.readUInt16BE(0)) {
        end(got.subarray(2, 2 + got.readUInt16BE(0)));
      }
    });
  });
}

function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
