// The two doors through which a sandboxed agent reaches the world: one to the models, one to the allowed hosts. Both
// are served on the trusted side; the agent holds a key that is good for nothing else.
import { join } from "node:path";
import { UserError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Redactor } from "../redact.ts";
import { createDecisions, type Decision } from "./decision.ts";
import type { Dial, Resolve } from "./egress/dial.ts";
import { createEgressProxy } from "./egress/egress-proxy.ts";
import { listen, type Listening } from "./listen.ts";
import { makeDummyKey } from "./model/dummy-key.ts";
import { createLedger, type Limits, type Spent } from "./model/ledger.ts";
import type { LastWord } from "./model/failures.ts";
import { createModelDoor } from "./model/model-door.ts";
import type { PriceTable } from "./model/prices.ts";
import { ProviderName, type Providers } from "./model/provider.ts";

export interface Doors {
  /** Host folder with egress.sock and/or model.sock; undefined when there is neither, or over TCP. */
  folder: string | undefined;
  /** Base URLs as the agent sees them, without a version segment; absent for a provider that is not configured. */
  gateways: { [Name in ProviderName]?: string };
  /** The dummy key: random for each step, worth nothing outside of the model door, which refuses calls without it. */
  token: string;
  /** Proxy variables for a launch over TCP, without a sandbox; empty with sockets. */
  environment: Record<string, string>;
  spent(): Spent;
  /** What the model API said when the last call got no answer; undefined when it got one. */
  lastWord(): LastWord | undefined;
  /** Aborts (reason: UserError with code "budget") when a limit is reached during the run; what is in flight is cut. */
  exceeded: AbortSignal;
  /** Ends everything that is under way. `spent` still answers. */
  close(): Promise<void>;
}

export interface DoorRequest {
  /** Made by the caller, private to the step, reachable by the sandbox's user. */
  folder: string;
  over: "sockets" | "tcp";
  /** Exact host:port that the agent may reach; empty: no egress door. */
  allow: readonly string[];
  limits: Limits;
  /**
   * For a program that asks a failing model API again for minutes: a failure that may pass is told to it as final, with
   * the status that the API gave in its text. Default: false.
   */
  failuresAreFinal?: boolean | undefined;
  /** Who may connect, besides this process's user. */
  socketOwner?: { uid: number; gid: number };
  onDecision: (decision: Decision) => void;
  /** Hears what all calls together have used after each one that is over. `limits` may be changed at any time. */
  onCall?: (spent: Spent) => void;
}

export interface DoorsOptions {
  providers: Providers;
  prices: PriceTable;
  redactor?: Pick<Redactor, "register">;
  clock: () => Date;
  log: Log;
  /** For tests: the addresses of a name, instead of the system's resolver. What it gives is checked all the same. */
  resolve?: Resolve;
  /** For tests: opens the connection to an address that has passed the check. */
  dial?: Dial;
}

export type OpenDoors = (request: DoorRequest) => Promise<Doors>;

/** The ports on which the bridge inside the sandbox listens. */
const egressPort = 3128;
const modelPort = 3129;

/** Returns a function that opens the doors of one step. A real key never leaves this process but to its provider. */
export function createDoors(options: DoorsOptions): OpenDoors {
  const names = ProviderName.options.filter((name) => options.providers[name] !== undefined);
  for (const name of names) {
    const key = options.providers[name]?.apiKey;
    if (key !== undefined) options.redactor?.register(key, `${name.toUpperCase()}_API_KEY`);
  }

  return async (request) => {
    const { over, folder } = request;
    const decisions = createDecisions({ ...options, onDecision: request.onDecision });
    const exceeded = new AbortController();
    const ledger = createLedger({
      prices: options.prices,
      limits: request.limits,
      onCall: request.onCall,
      onExceeded(why) {
        options.log.warn({ why }, "a step's model calls are cut");
        exceeded.abort(new UserError(`The step was ended: ${why}.`, { code: "budget" }));
      },
    });
    const token = makeDummyKey();
    const open: Listening[] = [];
    const close = async (): Promise<void> => {
      await Promise.all(open.map((door) => door.close()));
      decisions.close();
    };
    const at = (name: string): string => (over === "tcp" ? "loopback" : join(folder, name));

    const egress =
      request.allow.length === 0
        ? undefined
        : createEgressProxy({ ...options, allow: request.allow, decisions });
    const model =
      names.length === 0
        ? undefined
        : createModelDoor({
            providers: options.providers,
            token,
            ledger,
            decisions,
            log: options.log,
            failuresAreFinal: request.failuresAreFinal ?? false,
            cut: exceeded.signal,
            resolve: options.resolve,
          });
    let ports = { egress: egressPort, model: modelPort };
    try {
      if (egress) {
        const door = await listen(egress, at("egress.sock"), request.socketOwner);
        open.push(door);
        if (over === "tcp") ports = { ...ports, egress: door.port };
      }
      if (model) {
        const door = await listen(model, at("model.sock"), request.socketOwner);
        open.push(door);
        if (over === "tcp") ports = { ...ports, model: door.port };
      }
    } catch (error) {
      await close();
      throw new Error(`opening the doors of a step in ${folder}`, { cause: error });
    }
    return {
      folder: over === "sockets" && open.length > 0 ? folder : undefined,
      gateways: Object.fromEntries(names.map((name) => [name, `http://127.0.0.1:${ports.model}/${name}`])),
      token,
      environment: over === "tcp" && egress ? proxyEnvironment(ports.egress) : {},
      spent: () => ledger.spent(),
      lastWord: () => model?.lastWord(),
      exceeded: exceeded.signal,
      close,
    };
  };
}

/** Both spellings are in use; the model door is on the loopback and needs no proxy. */
function proxyEnvironment(port: number): Record<string, string> {
  const proxy = `http://127.0.0.1:${port}`;
  const none = "127.0.0.1,localhost";
  return {
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    NO_PROXY: none,
    http_proxy: proxy,
    https_proxy: proxy,
    no_proxy: none,
    // Else Node's fetch goes around it.
    NODE_USE_ENV_PROXY: "1",
  };
}
