// One place on the network, written so that there is only one way to write it: `host:port`.
import { BlockList, isIP } from "node:net";
import { z } from "zod";

const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const namePattern = new RegExp(`^(?:${label}\\.)*${label}$`);
/** What ends in a number is an address to some and a name to others (WHATWG URL, "ends in a number"). */
const endsInNumber = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/;
const maxNameLength = 253;

/** In two lists, since one would hold IPv4 for mapped IPv6: addresses at which the machine itself, its link or its cloud answers. */
const neverListed = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const [net, prefix] of [
  ["0.0.0.0", 8],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["224.0.0.0", 3],
] as const) {
  neverListed.ipv4.addSubnet(net, prefix, "ipv4");
}
for (const [net, prefix] of [
  ["::", 96],
  ["::ffff:0:0", 96],
  ["64:ff9b::", 96],
  ["fe80::", 10],
  ["ff00::", 8],
] as const) {
  neverListed.ipv6.addSubnet(net, prefix, "ipv6");
}

/**
 * An exact host and port: a name in lower case without a closing dot, an IPv4 address in four plain decimal numbers,
 * or an IPv6 address in brackets as RFC 5952 writes it; no wildcard. Upper case is made lower case, all else that could
 * be written in a second way is refused. Addresses of the machine itself, of its link and multicast are refused.
 */
export const HostPort = z
  .string()
  .max(maxNameLength + 8)
  .toLowerCase()
  .superRefine((text, context) => {
    const problem = problemOf(text);
    if (problem !== undefined)
      context.addIssue({ code: "custom", message: `${JSON.stringify(text)} ${problem}` });
  });

function problemOf(text: string): string | undefined {
  const [, host, port] = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || port === undefined) {
    return "is no host:port, such as packages.example.org:443; one exact host and one port, no scheme, path or wildcard";
  }
  if (String(Number(port)) !== port || Number(port) < 1 || Number(port) > 65_535)
    return "has no port from 1 to 65535";
  if (host.startsWith("[")) return problemOfIPv6(host.slice(1, -1));
  if (endsInNumber.test(host)) {
    if (isIP(host) !== 4) return "is no IPv4 address in four plain decimal numbers";
    return neverListed.ipv4.check(host, "ipv4") ? unreachable : undefined;
  }
  if (host.length > maxNameLength || !namePattern.test(host)) {
    return "has a host that is no DNS name: letters, digits and hyphens between dots, no wildcard, no closing dot";
  }
  return host === "localhost" || host.endsWith(".localhost") ? unreachable : undefined;
}

const unreachable = "names this machine, its own link or many machines, which no agent may reach";

function problemOfIPv6(address: string): string | undefined {
  if (isIP(address) !== 6 || address.includes("%")) return "has no IPv6 address between its brackets";
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  if (canonical !== address) return `has an IPv6 address that is written [${canonical}]`;
  return neverListed.ipv6.check(address, "ipv6") ? unreachable : undefined;
}
