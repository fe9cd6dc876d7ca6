// Opens the connection to an allowed place: resolves its name once, checks every address, dials a checked one.
import { lookup } from "node:dns/promises";
import { connect, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { isPublicAddress } from "./address.ts";
import type { Target } from "./target.ts";

/** The addresses of a name, in the order in which they are tried. */
export type Resolve = (host: string) => Promise<string[]>;
/** Opens a connection to an address that has passed the check; tests lead it to an upstream of theirs. */
export type Dial = (address: string, port: number) => Socket;

/** Not a failure of the network: this connection must not be. */
export class Refused extends Error {
  override readonly name = "Refused";
}

export interface Connection {
  socket: Socket;
  address: string;
}

const connectTimeoutMs = 10_000;
const maxAddresses = 4;

/** The addresses of a name, by the system's resolver. */
export const systemResolve: Resolve = async (host) =>
  (await lookup(host, { all: true, order: "verbatim" })).map(({ address }) => address);

const systemDial: Dial = (host, port) => connect({ host, port, autoSelectFamily: false });

/**
 * Returns a function that connects to a target. A name is looked up once and what it gives is dialled as it is, so that
 * a second answer from the DNS changes nothing. It throws Refused when no address may be reached, and the network's own
 * error when none answers. An address that the operator wrote out needs no check: HostPort has had its say.
 */
export function createConnector(options: { resolve?: Resolve | undefined; dial?: Dial | undefined }) {
  const { resolve = systemResolve, dial = systemDial } = options;
  return async (target: Target, signal: AbortSignal): Promise<Connection> => {
    let addresses = [target.host];
    if (!target.isAddress) {
      addresses = publicOf(await resolve(target.host));
    }
    let last: unknown;
    for (const address of addresses.slice(0, maxAddresses)) {
      signal.throwIfAborted();
      try {
        return { socket: await opened(dial(address, target.port), signal), address };
      } catch (error) {
        last = error;
      }
    }
    throw new Error(`connecting to ${target.authority}`, { cause: last });
  };
}

/** Of what a name led to, the addresses that may be reached. Throws Refused when there are none. */
export function publicOf(resolved: readonly string[]): string[] {
  const own = ownAddresses();
  const addresses = resolved.filter((address) => isPublicAddress(address) && !own.has(address));
  if (addresses.length > 0) return addresses;
  throw new Refused(
    resolved.length === 0
      ? "the name has no address"
      : `the name leads to ${resolved.slice(0, maxAddresses).join(", ")}, which no agent may reach`,
  );
}

/** The machine's own services must not be reached through its public address either. */
function ownAddresses(): ReadonlySet<string> {
  return new Set(
    Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)),
  );
}

async function opened(socket: Socket, signal: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const aborted = (): void => reject(new Error("the client went away"));
  const timer = setTimeout(() => reject(new Error("no answer in 10 s")), connectTimeoutMs);
  signal.addEventListener("abort", aborted, { once: true });
  socket.once("connect", () => resolve(undefined));
  // It stays: a connection that breaks before its next owner listens must not end the process.
  socket.on("error", reject);
  try {
    await promise;
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", aborted);
  }
}
