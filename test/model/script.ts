// What the scripted model says and does, turn by turn, and how it misbehaves.
import { z } from "zod";

/** What a turn does with the tools that the CLI offers; each CLI has its own name for it. */
export const Action = z.union([
  z.strictObject({ write: z.string(), content: z.string() }),
  /** Whole lines, since some tools know no less. */
  z.strictObject({ edit: z.string(), old: z.string(), new: z.string() }),
  z.strictObject({ read: z.string() }),
  z.strictObject({ run: z.string() }),
]);
export type Action = z.infer<typeof Action>;

/** In place of an answer, or in the middle of one. */
const Fault = z.union([
  z.strictObject({ status: z.int(), retry_after_sec: z.number().optional(), message: z.string().optional() }),
  /** context_too_long and refusal are said in each API's own way. */
  z.enum(["context_too_long", "refusal", "cut", "stall", "no_headers", "garbage"]),
]);

export const Turn = z.strictObject({
  say: z.string().default(""),
  do: z.array(Action).default([]),
  fault: Fault.optional(),
  /** How often the fault comes before the turn is played as it is; always unless told. */
  times: z.int().positive().optional(),
  /** Characters of further text, for a huge answer. */
  padding: z.int().default(0),
  usage: z.strictObject({ input: z.int(), cached: z.int().default(0), output: z.int() }).optional(),
});
export type Turn = z.infer<typeof Turn>;

const Scene = z.strictObject({
  /** A regular expression over the conversation's first user message; the first scene that fits is played. */
  when: z.string().default(""),
  turns: z.array(Turn).min(1),
  /** Whether the last turn is played again and again; else the model says that it is done. */
  forever: z.boolean().default(false),
});

export const Script = z.array(Scene).min(1);
export type Script = z.input<typeof Script>;

/**
 * The turn for a conversation in which the model has spoken `spoken` times. A turn whose actions `can` all not be done
 * with the tools that are offered is passed over, as a model would.
 */
export function turnAt(
  script: z.infer<typeof Script>,
  { first, spoken }: { first: string; spoken: number },
  can: (action: Action) => boolean,
): Turn {
  const scene = script.find(({ when }) => new RegExp(when, "su").test(first));
  const turn = scene?.turns.slice(spoken).find((one) => one.do.length === 0 || one.do.some(can));
  return turn ?? (scene?.forever ? scene.turns.at(-1) : undefined) ?? Turn.parse({ say: "Done." });
}

/** What a turn used, unless the script says something else. */
export const defaultUsage = { input: 1000, cached: 0, output: 34 };
