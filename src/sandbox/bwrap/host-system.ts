// What of this machine's system a sandboxed program may see.
import { existsSync } from "node:fs";
import { lstat, readlink } from "node:fs/promises";
import type { HostSystem } from "./profile.ts";

const roots = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

/** Certificates and how programs find libraries; never a whole folder in which a private key could lie. */
const etc = [
  "/etc/ssl/certs",
  "/etc/ssl/openssl.cnf",
  "/etc/ssl/cert.pem",
  "/etc/ca-certificates",
  "/etc/pki/tls/certs",
  "/etc/pki/ca-trust/extracted",
  "/etc/crypto-policies",
  "/etc/alternatives",
  "/etc/ld.so.cache",
  "/etc/ld.so.conf",
  "/etc/ld.so.conf.d",
  "/etc/localtime",
  "/etc/mime.types",
];

/** Looks at this machine. */
export async function readHostSystem(): Promise<HostSystem> {
  const found: HostSystem = { roots: [], etc: etc.filter((path) => existsSync(path)) };
  for (const path of roots) {
    const stat = await lstat(path).catch(() => undefined);
    if (stat?.isSymbolicLink() === true) found.roots.push({ path, linkTo: await readlink(path) });
    else if (stat?.isDirectory() === true) found.roots.push({ path, linkTo: undefined });
  }
  return found;
}
