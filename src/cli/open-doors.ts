// The doors of each step: a folder for their sockets, and who may be reached through them.
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunnerDeps } from "../runner/deps.ts";
import { createDoors } from "../sandbox/doors.ts";
import { loadPrices } from "../sandbox/model/load-prices.ts";
import { endpointProvider } from "./endpoint-provider.ts";
import type { Rooms } from "./rooms.ts";

/** Returns what opens a step's doors. Throws UserError when PRICES_FILE can't be read. */
export async function openDoors({ config, redactor, clock, log }: Rooms): Promise<RunnerDeps["openDoors"]> {
  const prices = await loadPrices(config.PRICES_FILE);
  const shared = { prices, redactor, clock, log };
  const open = createDoors({ ...shared, providers: config.providers });
  const allowedHosts = config.NETWORK_POLICY === "allow" ? config.EGRESS_ALLOWLIST : [];

  return async (spec, { endpoint, ...step }) => {
    const openOwn =
      endpoint && createDoors({ ...shared, providers: { openai: endpointProvider(endpoint, config) } });
    // Paths of sockets are short, and the sandbox's user has to come through; the sockets themselves are its own.
    const folder = await mkdtemp(join(tmpdir(), "patchbay-doors-"));
    await chmod(folder, 0o711);
    const remove = () => rm(folder, { recursive: true, force: true });
    try {
      const allow = spec.policy.network === "allow" && !endpoint ? allowedHosts : [];
      const doors = await (openOwn ?? open)({ ...step, folder, allow });
      return {
        ...doors,
        async close() {
          await doors.close();
          await remove();
        },
      };
    } catch (error) {
      await remove();
      throw error;
    }
  };
}
