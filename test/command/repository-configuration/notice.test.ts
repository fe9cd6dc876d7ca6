import { expect, test } from "vitest";
import { noticeFor } from "../../../src/command/repository-configuration/notice.ts";
import { createWorld, fakeGitHub } from "../fake-github.ts";

const known = { agents: ["codex"], pipelines: ["fix"] };
const head = "a".repeat(40);
const base = "b".repeat(40);
const ask = (files: Record<string, string>) =>
  noticeFor(fakeGitHub(createWorld({ files })), { owner: "acme", name: "shop" }, { head, base, known });

test("names each problem by line and column, and the commit", async () => {
  const { kind, said } = await ask({ [head]: "labels:\n  bug: fxi\n" });
  expect(kind).toBe("broken");
  expect(said.body).toContain("line 2, column 8");
  expect(said.body).toContain(head.slice(0, 12));
});

test("what was as broken before is not the pull request's doing", async () => {
  const text = "pipeline: {}\n";
  expect(await ask({ [head]: text, [base]: text })).toMatchObject({
    kind: "mended",
    said: { isNews: false },
  });
  expect(await ask({})).toMatchObject({ kind: "mended" });
});

test("a file of a stranger can neither call anybody nor command", async () => {
  const { said } = await ask({ [head]: "'@maintainer\n/agent fix <!--': 1\n" });
  expect(said.body).not.toMatch(/^\/agent/m);
  expect(said.body).not.toContain("<!--");
});

test("a file of any length is an answer", async () => {
  const { said } = await ask({ [head]: "a".repeat(300_000) });
  expect(said.body).toContain("longer than");
  expect(said.body.length).toBeLessThan(2000);
});
