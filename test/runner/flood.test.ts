// However much an agent prints, what it costs this process stays the same; only the time grows.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { z } from "zod";
import { temporaryFolder } from "../temp-folder.ts";

const meter = join(import.meta.dirname, "flood-meter.ts");
const Measured = z.object({ status: z.string(), seen: z.number(), grownMb: z.number() });

async function flood(way: string, megabytes: number): Promise<z.infer<typeof Measured>> {
  const args = [meter, way, String(megabytes), await temporaryFolder()];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return Measured.parse(JSON.parse(stdout));
}

test.each(["json", "endless", "huge"])(
  "%s: what comes in is not what is kept",
  async (way) => {
    const some = await flood(way, 100);
    const much = await flood(way, 600);
    expect(much.status).toBe("success");
    expect(much.seen).toBeGreaterThan(5.9 * some.seen);
    // When garbage is collected is V8's to say; what is kept of 500 MB more would be 500 MB more.
    expect(much.grownMb - some.grownMb).toBeLessThan(250);
    expect(much.grownMb).toBeLessThan(128);
  },
  60_000,
);
