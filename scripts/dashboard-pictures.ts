// `npm run pictures:dashboard`: the dashboard's pages in light, dark and on a phone, with Debian's Chromium.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { seedJobs } from "../test/dashboard/seed-jobs.ts";
import { operatorToken, serveDashboard } from "../test/dashboard/serve-dashboard.ts";
import { shrinkPicture } from "./shrink-picture.ts";

const documentation = join(import.meta.dirname, "..", "docs", "pictures", "dashboard");
mkdirSync(documentation, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), "patchbay-pictures-"));
const dashboard = await serveDashboard(folder);
const jobs = seedJobs(dashboard.root, new Date());
const pages = {
  now: "/",
  jobs: "/jobs",
  job: `/jobs/${jobs.done}`,
  live: `/jobs/${jobs.running}`,
  changes: `/jobs/${jobs.done}/changes?view=split`,
  insight: "/insight",
  health: "/health",
};
const looks = [
  ["light", { width: 1240, height: 860 }, "light"],
  ["dark", { width: 1240, height: 860 }, "dark"],
  ["phone", { width: 390, height: 844 }, "light"],
] as const;

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"],
});
try {
  for (const [look, viewport, colorScheme] of looks) {
    const page = await browser.newPage({ viewport, colorScheme, reducedMotion: "reduce" });
    await page.goto(`${dashboard.url}/login`);
    await page.fill("#token", operatorToken);
    await page.click("button:has-text('Sign in')");
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(`${dashboard.url}${path}`);
      if (name === "live") await page.waitForSelector("[data-log] pre");
      const path_ = join(documentation, `${name}-${look}.png`);
      await page.screenshot({ path: path_ });
      await shrinkPicture(path_);
    }
    await page.close();
  }
} finally {
  await browser.close();
  await dashboard.close();
  rmSync(folder, { recursive: true, force: true });
}
