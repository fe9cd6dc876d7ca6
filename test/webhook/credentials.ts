// An App's private key that opens nothing.
import { generateKeyPairSync } from "node:crypto";

export function makePrivateKey(): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return privateKey.export({ type: "pkcs1", format: "pem" }).toString();
}
