// The result of a job, told to the address that it named: signed, and never to where only this machine gets.
import { createHmac } from "node:crypto";
import { lookup as resolveName } from "node:dns";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import type { Artifacts } from "../artifacts/store.ts";
import { explain, TransientError, UserError } from "../errors.ts";
import { isIn } from "./client-address.ts";
import { readJobResource } from "./job-resource.ts";

export interface CallbackOptions {
  artifacts: Pick<Artifacts, "readJob" | "readState" | "readPublication" | "readResult">;
  secret: string;
  /** Whether an address is one of the open internet. */
  isPublic: (address: string) => boolean;
  /** Addresses and ranges that may be called although they aren't, also without TLS. */
  networks: readonly string[];
  clock: () => Date;
}

const timeoutMs = 10_000;
/** What may be answered otherwise next time. */
const passing = new Set([408, 425, 429]);

/** What is wrong with the form of an address; undefined when nothing is. Where it leads is looked at when it is called. */
export function callbackUrlProblem(text: string): string | undefined {
  const url = new URL(text);
  if (url.username !== "" || url.password !== "")
    return "an address without a name and a password is expected";
  return undefined;
}

/** `t=<seconds>,v1=<hex>`: the HMAC-SHA256 of `<seconds>.<body>`. */
export function signature(secret: string, timestampSec: number, body: string): string {
  const mac = createHmac("sha256", secret).update(`${timestampSec}.${body}`).digest("hex");
  return `t=${timestampSec},v1=${mac}`;
}

/**
 * Returns a function that sends the result of a job, if it named an address. Throws TransientError when that is to be tried
 * again, and UserError when it is refused for good: by the other side, or because of where the address leads.
 */
export function createCallback({ artifacts, secret, isPublic, networks, clock }: CallbackOptions) {
  function mayCall(address: string, isPlain: boolean): boolean {
    return isIn(address, networks) || (!isPlain && isPublic(address));
  }

  return async (jobId: string, deliveryId: string): Promise<void> => {
    const spec = await artifacts.readJob(jobId);
    if (!spec?.callback_url) return;
    const url = new URL(spec.callback_url);
    const isPlain = url.protocol === "http:";
    const refused = new UserError(
      `callback_url: ${url.host} leads to an address that may not be called; CALLBACK_NETWORKS can allow it`,
    );
    const host = url.hostname.replace(/^\[|\]$/g, "");
    // An address in place of a name is connected to without a look-up.
    if (isIP(host) !== 0 && !mayCall(host, isPlain)) throw refused;

    // The connection goes to exactly the addresses that were looked at: a name can't mean another one in between.
    const lookup: LookupFunction = (name, options, done) => {
      resolveName(name, { all: true, ...(options.family && { family: options.family }) }, (error, found) => {
        const [first] = found ?? [];
        if (error || !first) done(error ?? new Error(`${name} has no address`), "");
        else if (found.some(({ address }) => !mayCall(address, isPlain))) done(refused, "");
        else if (options.all) done(null, found);
        else done(null, first.address, first.family);
      });
    };
    const job = await readJobResource(artifacts, spec);
    const body = JSON.stringify({ type: "job", delivery: deliveryId, job });
    const headers = {
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(body),
      "User-Agent": "patchbay",
      "X-Patchbay-Delivery": deliveryId,
      "X-Patchbay-Signature": signature(secret, Math.floor(clock().getTime() / 1000), body),
    };
    const status = await post(url, { body, headers, lookup }).catch((error: unknown) => {
      if (error === refused) throw refused;
      throw new TransientError(`calling ${url.host}: ${explain(error)}`, { cause: error });
    });
    if (status >= 200 && status < 300) return;
    const said = `callback_url: ${url.host} answered ${status}`;
    if (status >= 500 || passing.has(status)) throw new TransientError(said);
    throw new UserError(status < 400 ? `${said}; redirects are not followed` : said);
  };
}

/** The status of the answer; its body is not read. */
function post(
  url: URL,
  { body, ...options }: { body: string; headers: Record<string, string | number>; lookup: LookupFunction },
): Promise<number> {
  const request = url.protocol === "http:" ? httpRequest : httpsRequest;
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { ...options, method: "POST", agent: false, signal: AbortSignal.timeout(timeoutMs) },
      (answer) => {
        resolve(answer.statusCode ?? 0);
        answer.destroy();
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}
