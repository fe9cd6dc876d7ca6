// `npm run pictures`: the golden comments as GitHub would show them, on the stand-in's page, with Debian's Chromium.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createStandIn } from "../demo/github/stand-in.ts";
import { shrinkPicture } from "./shrink-picture.ts";
import { fileBefore, patch, review, type Scene, scenes } from "../test/publisher/golden/scenes.ts";

const width = 800;
/** Higher than any of them; what is empty is cut off. */
const height = 2400;
const documentation = join(import.meta.dirname, "..", "docs", "pictures", "comments");

const folder = await mkdtemp(join(tmpdir(), "patchbay-pictures-"));
const standIn = await createStandIn({ dataDir: join(folder, "github") });
const repo = "acme/shop";
const author = "alice";

const flags =
  "--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync " +
  "--no-first-run --hide-scrollbars --timeout=3000";

/** The page is live and never ends to load: the time limit is when the picture is taken. */
async function shoot(path: string, name: string): Promise<void> {
  const file = join(documentation, `${name}.png`);
  const profile = `--user-data-dir=${join(folder, "browser")}`;
  const picture = [`--window-size=${width},${height}`, `--screenshot=${file}`];
  await promisify(execFile)("chromium", [
    ...flags.split(" "),
    profile,
    ...picture,
    `${standIn.url}${path}?bare`,
  ]);
  await shrinkPicture(file);
}

/** An issue with what was asked and what was answered. */
async function conversation({ asked, said }: Scene): Promise<string> {
  const issue = {
    repo,
    title: "Login test fails on Mondays",
    body: "Only the first run of the week.",
    author,
  };
  const { number } = await standIn.openIssue(issue);
  const comment = await standIn.comment({ repo, number, author, body: asked });
  await standIn.react({ repo, subjectId: comment.id, content: "eyes", login: standIn.app.botLogin });
  await standIn.comment({ repo, number, author: standIn.app.botLogin, body: said });
  return `/${repo}/issues/${number}`;
}

/** The pull request with its review. */
async function reviewed(body: string): Promise<string> {
  await standIn.commitFiles({
    repo,
    branch: "patchbay/1-login-test",
    files: { "test/login.ts": fileAfter() },
    message: "fix: login test fails on Mondays",
    author: standIn.app.botLogin,
  });
  const { number } = await standIn.openPullRequest({
    repo,
    title: "The login test fails on Mondays",
    body,
    author: standIn.app.botLogin,
    head: "patchbay/1-login-test",
  });
  const said = { repo, number, author: standIn.app.botLogin, body: review.body, comments: review.comments };
  await standIn.review(said);
  return `/${repo}/pull/${number}`;
}

/** The file as the patch leaves it. */
function fileAfter(): string {
  const lines = patch.toString("utf8").split("\n").slice(4);
  const kept = lines.filter((line) => line.startsWith(" ") || line.startsWith("+"));
  return `${kept.map((line) => line.slice(1)).join("\n")}\n`;
}

try {
  await standIn.createRepository(repo, { files: { "test/login.ts": fileBefore }, defaultBranch: "main" });
  await standIn.installApp({ account: "acme" });
  await standIn.setPermission(repo, author, "write");
  const all = await scenes();
  await shoot(await reviewed(all["pull-request-body"]?.said ?? ""), "review-on-lines");
  for (const [name, scene] of Object.entries(all)) {
    // The one of a review's body is part of the pull request's.
    if (scene.asked !== "" && name !== "review-of-lines") await shoot(await conversation(scene), name);
  }
} finally {
  await standIn.stop();
  await rm(folder, { recursive: true, force: true });
}
