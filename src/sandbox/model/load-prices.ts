// The prices that an operator sets, over those that are built in.
import { readFile } from "node:fs/promises";
import { explain, UserError } from "../../errors.ts";
import { builtInPrices } from "./built-in-prices.ts";
import { createPriceTable, PriceList, type PriceTable } from "./prices.ts";

/** Reads PRICES_FILE, if there is one. Throws UserError that names what is wrong with it. */
export async function loadPrices(path: string | undefined): Promise<PriceTable> {
  if (path === undefined) return createPriceTable(builtInPrices);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw new UserError(`PRICES_FILE: reading ${path}: ${explain(error)}`, { code: "preflight" });
  }
  const parsed = PriceList.safeParse(value);
  if (parsed.success) return createPriceTable(builtInPrices, parsed.data);
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join(" → ")}: ${issue.message}`);
  throw new UserError(
    `PRICES_FILE: ${path} is no list of prices:\n${problems.join("\n")}\nEach model has input and output, and may` +
      " have cache_read, cache_write and cache_write_hour: USD for a million tokens",
    { code: "preflight" },
  );
}
