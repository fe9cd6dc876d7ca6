// People, organisations, and the App on their accounts.
import type { z } from "zod";
import { ensureUser, install, ping, suspend, uninstall } from "../actions/accounts.ts";
import type { Desk } from "./desk.ts";
import { Installing } from "./wishes.ts";

export function accountActs({ world, save }: Desk) {
  return {
    createUser: async (login: string, type: "User" | "Bot" | "Organization" = "User") => {
      const { id, token } = ensureUser(world, login, type);
      await save();
      return { login, id, token };
    },
    createTeam: async (org: string, slug: string, members: readonly string[]) => {
      for (const login of members) ensureUser(world, login);
      world.state.teams.push({ org, slug, members: [...members] });
      await save();
    },
    installApp: async (wishes: z.input<typeof Installing>) => {
      const { account, ...rest } = Installing.parse(wishes);
      const { id } = install(world, account, rest);
      await save();
      return { id };
    },
    uninstallApp: async (account: string) => {
      uninstall(world, account);
      await save();
    },
    suspendApp: async (account: string, suspended: boolean) => {
      suspend(world, account, suspended);
      await save();
    },
    setWebhookUrl: async (url: string | null, options: { ping?: boolean } = {}) => {
      world.state.app.webhook_url = url;
      if (options.ping === true) ping(world);
      await save();
    },
  };
}
