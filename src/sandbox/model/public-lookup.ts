// The lookup of a connection that may go to public addresses only (Node, "net.connect", option `lookup`).
import { isIPv6, type LookupFunction } from "node:net";
import { callbackify } from "node:util";
import { publicOf, type Resolve, systemResolve } from "../egress/dial.ts";

/** What is looked up is what is dialled, so that a second answer from the DNS changes nothing. */
export function createPublicLookup(resolve: Resolve = systemResolve): LookupFunction {
  const find = callbackify(async (host: string) => publicOf(await resolve(host)));
  return (host, { all }, done) => {
    find(host, (error, found) => {
      const [first = ""] = error ? [] : found;
      if (error) done(error, "");
      else if (all)
        done(
          null,
          found.map((address) => ({ address, family: familyOf(address) })),
        );
      else done(null, first, familyOf(first));
    });
  };
}

function familyOf(address: string): 4 | 6 {
  return isIPv6(address) ? 6 : 4;
}
