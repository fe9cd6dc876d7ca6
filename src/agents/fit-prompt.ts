// What of everything that a job knows goes into a prompt when not all of it fits: the most relevant first. Pure.
import type { JobSpec } from "../job/job-spec.ts";
import type { InputArtifact } from "./agent.ts";
import { cutText } from "./limit-inputs.ts";

interface Told {
  spec: JobSpec;
  inputs: readonly InputArtifact[];
}

/** About what the lines around a text take. */
const frameChars = 150;
/** Less than this of a long text tells nothing. */
const leastChars = 400;
/** The newest comments come before what was read besides, the older ones after it. */
const newestComments = 12;

/**
 * The same with at most about `room` characters of text: first the review threads that are to be solved, then what earlier
 * steps left, title and description, the newest comments, what was read besides in its order, and the older comments. What is cut
 * or missing is named in `material_left_out`. Roles, rules and goal are not among it.
 */
export function fitPrompt<Parts extends Told>(parts: Parts, room: number): Parts {
  const { spec } = parts;
  const cut: string[] = [];
  const missing: string[] = [];
  let left = room;

  function take(name: string, text: string): string | undefined {
    const free = left - frameChars;
    if (text.length <= free) {
      left -= text.length + frameChars;
      return text;
    }
    if (free < leastChars) {
      missing.push(name);
      return undefined;
    }
    left = 0;
    cut.push(name);
    const kept = cutText(text, free);
    return `${kept}\n[… ${text.length - kept.length} characters are missing here …]`;
  }

  const threads = spec.target?.threads?.map((thread) => ({
    ...thread,
    diff_hunk: take(`the lines at ${thread.path}`, thread.diff_hunk) ?? "",
    comments: thread.comments.flatMap((one) => {
      const text = take(`a remark of @${one.author} on ${thread.path}`, one.text);
      return text === undefined ? [] : [{ ...one, text }];
    }),
  }));
  const inputs = parts.inputs.map((input) => {
    const text = take(input.path, input.text) ?? "";
    // Not less than nothing: the words that say what is missing are no part of it.
    const gone = Math.max(0, input.text.length - text.length);
    return { ...input, text, cutChars: input.cutChars + gone };
  });
  const title = take("the title", spec.target?.title ?? "") ?? "";
  const body = take("the description", spec.target?.body ?? "") ?? "";
  const messages = spec.context_window.toReversed();
  const takeMessage = (message: JobSpec["context_window"][number]) => {
    const content = take("comments", message.content);
    return content === undefined ? [] : [{ ...message, content }];
  };
  const newest = messages.slice(0, newestComments).flatMap(takeMessage);
  const material = spec.material.flatMap((one) => {
    const text = take(one.name, one.text);
    return text === undefined ? [] : [{ ...one, text }];
  });
  const older = messages.slice(newestComments).flatMap(takeMessage);

  return {
    ...parts,
    inputs,
    spec: {
      ...spec,
      ...(spec.target && { target: { ...spec.target, title, body, ...(threads && { threads }) } }),
      context_window: [...newest, ...older].toReversed(),
      material,
      material_left_out: [
        ...sentence("Cut for want of room in this prompt", cut),
        ...sentence("Left out for want of room in this prompt", missing),
        ...spec.material_left_out,
      ],
    },
  };
}

const maxNamed = 10;

/** Counts what has the same name. */
function sentence(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const told = [...counts].map(([name, count]) => (count === 1 ? name : `${count} × ${name}`));
  const more = told.length > maxNamed ? ` and ${told.length - maxNamed} more` : "";
  return [
    `${what}: ${told
      .slice(0, maxNamed)
      .map((name) => cutText(name, 100))
      .join(", ")}${more}.`,
  ];
}
