// What a client asks the egress proxy for, read so narrowly that no second reading is possible. Pure.
import { HostPort } from "../../job/host-port.ts";

export interface Target {
  /** As it stands in the allow list. */
  authority: string;
  host: string;
  port: number;
  /** True when the host is an address and not a name. */
  isAddress: boolean;
}

/** `malformed`: it is not in the form at all, whatever the list says. */
interface Refusal {
  refused: string;
  malformed: boolean;
}

/** The authority of a CONNECT: `host:port` (RFC 9110, 9.3.6) that is in `allow` exactly. */
export function readAuthority(authority: string, allow: ReadonlySet<string>): { target: Target } | Refusal {
  const parsed = HostPort.safeParse(authority);
  if (!parsed.success) return { refused: "not an exact host:port", malformed: true };
  if (!allow.has(parsed.data)) return { refused: "not in the allow list", malformed: false };
  const cut = parsed.data.lastIndexOf(":");
  const host = parsed.data.slice(0, cut);
  const bare = host.startsWith("[") ? host.slice(1, -1) : host;
  return {
    target: {
      authority: parsed.data,
      host: bare,
      port: Number(parsed.data.slice(cut + 1)),
      isAddress: bare !== host || /(?:^|\.)\d+$/.test(host),
    },
  };
}

/** The absolute-form of a request to a proxy (RFC 9112, 3.2.2); only plain http, whose default port is 80. */
export function readAbsoluteUrl(
  url: string,
  allow: ReadonlySet<string>,
): { target: Target; path: string } | Refusal {
  const [, authority, path] = /^http:\/\/([^/?#]*)((?:[/?][\u0021-\u007e]*)?)$/i.exec(url) ?? [];
  if (authority === undefined || path === undefined || path.includes("#")) {
    return { refused: "not an absolute http:// URL", malformed: true };
  }
  const read = readAuthority(/:\d*$/.test(authority) ? authority : `${authority}:80`, allow);
  return "target" in read ? { target: read.target, path: path.startsWith("/") ? path : `/${path}` } : read;
}
