// Who there is: users, the App, its installations and their tokens.
import { z } from "zod";

export const Access = z.enum(["read", "write", "admin"]);
export const Permissions = z.record(z.string(), Access);
export type Permissions = z.infer<typeof Permissions>;

export const User = z.object({
  id: z.number(),
  login: z.string(),
  type: z.enum(["User", "Bot", "Organization"]),
  /** Lets a test or a person act as this user, by REST or by git. Bots act through their App. */
  token: z.string(),
  created_at: z.string(),
});
export type User = z.infer<typeof User>;

export const App = z.object({
  id: z.number(),
  slug: z.string(),
  name: z.string(),
  owner: z.string(),
  client_id: z.string(),
  client_secret: z.string(),
  private_key: z.string(),
  public_key: z.string(),
  webhook_secret: z.string(),
  webhook_url: z.string().nullable(),
  permissions: Permissions,
  events: z.array(z.string()),
  created_at: z.string(),
});
export type App = z.infer<typeof App>;

export const Installation = z.object({
  id: z.number(),
  account: z.string(),
  selection: z.enum(["all", "selected"]),
  repository_ids: z.array(z.number()),
  permissions: Permissions,
  suspended_at: z.string().nullable(),
  created_at: z.string(),
});
export type Installation = z.infer<typeof Installation>;

export const Token = z.object({
  token: z.string(),
  installation_id: z.number(),
  /** Null means every repository of the installation. */
  repository_ids: z.array(z.number()).nullable(),
  permissions: Permissions,
  expires_at: z.string(),
});
export type Token = z.infer<typeof Token>;
