// The doors of each step: a folder for their sockets, and who may be reached through them.
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../config.ts";
import type { JobSpec } from "../job/job-spec.ts";
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

  return async (spec, { endpoint, ...step }) => {
    const openOwn =
      endpoint && createDoors({ ...shared, providers: { openai: endpointProvider(endpoint, config) } });
    // Paths of sockets are short, and the sandbox's user has to come through; the sockets themselves are its own.
    const folder = await mkdtemp(join(tmpdir(), "patchbay-doors-"));
    await chmod(folder, 0o711);
    const remove = () => rm(folder, { recursive: true, force: true });
    try {
      const allow = endpoint ? [] : reachableHosts(config, spec.policy);
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

/** What both the operator and the job allow: a job narrows, and its own list brings in nothing new. */
export function reachableHosts(
  { NETWORK_POLICY: policy, EGRESS_ALLOWLIST: list }: Pick<Config, "NETWORK_POLICY" | "EGRESS_ALLOWLIST">,
  { network, egress_allowlist: own }: Pick<JobSpec["policy"], "network" | "egress_allowlist">,
): string[] {
  if (policy === "deny" || network === "deny") return [];
  return list.filter((host) => own === undefined || own.includes(host));
}
