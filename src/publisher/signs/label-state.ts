// The label that says where a job stands: in place of the label that started it.
import { z } from "zod";
import type { GitHubJob } from "../../job/job-spec.ts";
import type { PublisherDeps, PublisherGitHub } from "../deps.ts";
import type { JobRecord } from "../record.ts";
import type { Standing } from "./standing.ts";

const looks = {
  running: {
    color: "1d76db",
    description: "Patchbay waits for its turn or works. Take the label off to cancel.",
  },
  done: { color: "0e8a16", description: "Patchbay has ended its work; its comment says with what." },
  "needs-human": {
    color: "fbca04",
    description: "Patchbay waits for a person's decision; its comment says for which.",
  },
  failed: { color: "d93f0b", description: "Patchbay could not do it; its comment says why." },
};
type Word = keyof typeof looks;

const Meta = z.object({ action: z.literal("labeled"), command: z.string() });

/** The label that started a job; undefined when something else did. */
function startLabel({ source }: Pick<GitHubJob, "source">): string | undefined {
  return Meta.safeParse(source.meta).data?.command;
}

/** Undefined for a cancelled job: whoever cancels wants it gone. */
function wordFor(standing: Standing): Word | undefined {
  switch (standing) {
    case "waiting":
    case "running":
      return "running";
    case "changed":
    case "unchanged":
    case "offered":
      return "done";
    case "held":
      return "needs-human";
    case "unpublished":
    case "failed":
      return "failed";
    case "cancelled":
      return undefined;
  }
}

/** Makes the label what the job's standing asks for. Asks GitHub for nothing when it is that already. */
export async function showLabel(
  { labelPrefix }: Pick<PublisherDeps, "labelPrefix">,
  job: { spec: GitHubJob; record: JobRecord; github: PublisherGitHub; standing: Standing },
): Promise<void> {
  const { spec, record, github, standing } = job;
  const started = startLabel(spec);
  if (started === undefined) return;
  const word = wordFor(standing);
  const wanted = word === undefined ? "" : `${labelPrefix}${word}`;
  const before = record.publication.label;
  if (before === wanted) return;

  const { repository, target } = spec;
  const there = new Set((await github.labelsOf(repository, target.number)).map((name) => name.toLowerCase()));
  if (word !== undefined && !there.has(wanted.toLowerCase())) {
    await github.ensureLabel(repository, { name: wanted, ...looks[word] });
    await github.addLabel(repository, target.number, wanted);
  }
  // At the first time also what an earlier job has left; the label that starts one only then, since a person may have
  // put it there again.
  const states = Object.keys(looks).map((one) => `${labelPrefix}${one}`);
  for (const name of before === undefined ? [started, ...states] : states) {
    if (name === wanted || !there.has(name.toLowerCase())) continue;
    await github.removeLabel(repository, target.number, name);
  }
  await record.note({ label: wanted });
}
