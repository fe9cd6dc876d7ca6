// Whose request it is, when proxies stand in between. Pure.
import ipaddr from "ipaddr.js";

/**
 * The address of whoever asks: the connection's, or, as long as that is one of `trusted` (addresses and CIDR ranges), the
 * one before it in X-Forwarded-For, read from the right. Anyone can write the left of that header.
 */
export function clientAddress(
  { remote, forwardedFor }: { remote: string; forwardedFor: string | undefined },
  trusted: readonly string[],
): string {
  let at = normal(remote) ?? "unknown";
  for (const entry of (forwardedFor ?? "").split(",").toReversed()) {
    if (!isIn(at, trusted)) return at;
    const before = normal(entry.trim());
    if (before === undefined) return at;
    at = before;
  }
  return at;
}

/** What counts as one asker: an IPv4 address, or the network of 64 bits that one host of IPv6 has for itself. */
export function askerOf(address: string): string {
  if (!ipaddr.IPv6.isValid(address)) return address;
  return `${ipaddr.IPv6.parse(address)
    .parts.slice(0, 4)
    .map((part) => part.toString(16))
    .join(":")}::/64`;
}

/** Whether an address lies in one of these addresses and ranges. */
export function isIn(address: string, ranges: readonly string[]): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return ranges.some((range) => {
    const [net, bits] = rangeOf(range);
    return net.kind() === parsed.kind() && parsed.match(net, bits);
  });
}

function rangeOf(range: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (range.includes("/")) return ipaddr.parseCIDR(range);
  const address = ipaddr.process(range);
  return [address, address.kind() === "ipv4" ? 32 : 128];
}

/** IPv4 within IPv6 is IPv4; a port is left away. */
function normal(text: string): string | undefined {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return ipaddr.isValid(bare) ? ipaddr.process(bare).toString() : undefined;
}
