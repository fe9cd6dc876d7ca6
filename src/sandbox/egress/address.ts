// Which addresses an agent may be connected to, once a name has been resolved. Pure.
import ipaddr from "ipaddr.js";

/** Public by range, yet the cloud's own: Azure's WireServer (Microsoft, "What is IP address 168.63.129.16?"). */
const cloudOwn = new Set(["168.63.129.16"]);

/** The part of IPv6 that is given out to the world (RFC 4291, 2.4; IANA's registry). */
const globalUnicast: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse("2000::"), 3];

/**
 * True for a unicast address of the open internet. False for private, loopback, link-local (where clouds serve their
 * metadata), shared (RFC 6598), unique-local, multicast, reserved and documentation addresses, for IPv6 that carries an
 * IPv4 address within (mapped, 6to4, Teredo, NAT64), for what has a zone, and for what is no address at all.
 */
export function isPublicAddress(address: string): boolean {
  if (cloudOwn.has(address) || address.includes("%") || !ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== "unicast") return false;
  return parsed instanceof ipaddr.IPv4
    ? parsed.toString() === address
    : parsed instanceof ipaddr.IPv6 && parsed.match(globalUnicast);
}
