// `patchbay recover --since 2h`: asks GitHub for deliveries that did not arrive, now.
import { UserError } from "../errors.ts";
import { maxAgeMs } from "../webhook/recover.ts";
import { assemble } from "./assemble.ts";
import { readEnvironment } from "./environment.ts";
import { openRecover } from "./open-deliveries.ts";

const unitMs: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Prints what was found. Safe beside a running Patchbay, which then handles it. Throws UserError. */
export async function recover(options: { since: string }): Promise<void> {
  const ageMs = readAge(options.since);
  const config = readEnvironment();
  if (!config.credentials) throw new UserError("recover: no credentials yet; run `patchbay start web` first");
  const house = await assemble(config, config.credentials);
  try {
    const { attempts, kept, failed } = await openRecover(house)(new Date(house.clock().getTime() - ageMs));
    for (const { guid, event, deliveredAt } of kept) console.log(`${deliveredAt}  ${event}  ${guid}`);
    console.log(
      `${attempts} attempts looked at, ${kept.length} missed deliveries kept${failed === 0 ? "" : `, ${failed} could not be fetched`}`,
    );
    if (failed > 0) process.exitCode = 1;
  } finally {
    await house.close();
  }
}

/** `90m`, `2h` or `3d` in milliseconds. */
function readAge(text: string): number {
  const [, number = "", unit = ""] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const ageMs = Number(number) * (unitMs[unit] ?? 0);
  if (ageMs > 0 && ageMs <= maxAgeMs) return ageMs;
  throw new UserError(
    `--since: "${text}" is not an age; say 90m, 2h or at most 3d, as far as GitHub's list reaches`,
  );
}
