// Whether a delivery is GitHub's: an HMAC over the raw bytes of its body.
// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
import { createHmac, createSecretKey, timingSafeEqual } from "node:crypto";

/** Whether `signature` (`sha256=…`) is the secret's over `body`; how long that takes tells nothing of the right one. */
export type Verify = (body: Uint8Array, signature: string) => boolean;

export function createVerify(secret: string): Verify {
  const key = createSecretKey(secret, "utf8");
  return (body, signature) => {
    const right = Buffer.from(`sha256=${createHmac("sha256", key).update(body).digest("hex")}`);
    const given = Buffer.from(signature);
    return given.length === right.length && timingSafeEqual(given, right);
  };
}
