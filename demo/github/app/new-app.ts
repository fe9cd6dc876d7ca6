// The GitHub App of a stand-in: made once per data folder, keys and all.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import type { App, Permissions } from "../model/accounts.ts";

/** What Patchbay's app.yml asks for. */
const defaultPermissions: Permissions = {
  metadata: "read",
  contents: "write",
  issues: "write",
  pull_requests: "write",
  checks: "write",
  actions: "read",
  members: "read",
};

const defaultEvents = [
  "check_run",
  "issue_comment",
  "issues",
  "pull_request",
  "pull_request_review",
  "pull_request_review_comment",
  "pull_request_review_thread",
  "push",
];

export interface AppWishes {
  slug?: string;
  name?: string;
  owner?: string;
  webhookUrl?: string | undefined;
  webhookSecret?: string | undefined;
  permissions?: Permissions | undefined;
  events?: string[] | undefined;
}

/** A new App with its own RSA key and secrets. */
export function newApp(id: number, createdAt: string, wishes: AppWishes): App {
  const pair = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const slug = wishes.slug ?? "patchbay";
  return {
    id,
    slug,
    name: wishes.name ?? slug,
    owner: wishes.owner ?? "acme",
    client_id: `Iv1.${randomBytes(8).toString("hex")}`,
    client_secret: randomBytes(20).toString("hex"),
    private_key: pair.privateKey,
    public_key: pair.publicKey,
    webhook_secret: wishes.webhookSecret ?? randomBytes(20).toString("hex"),
    webhook_url: wishes.webhookUrl ?? null,
    permissions: wishes.permissions ?? defaultPermissions,
    events: wishes.events ?? defaultEvents,
    created_at: createdAt,
  };
}
