// A comment from parts of different importance, within a limit.

export interface Part {
  /** Parts of a lower rank get their room first. */
  rank: number;
  maxChars: number;
  /** The part in at most this many characters; empty when there is nothing to say or no room. */
  render(maxChars: number): string;
}

/** A part that is always said as it is. Keep it short. */
export function fixed(text: string): Part {
  return { rank: 0, maxChars: Number.POSITIVE_INFINITY, render: () => text };
}

/** Renders the parts by rank, joins them in their own order with blank lines between. */
export function assemble(parts: readonly Part[], maxChars: number): string {
  const separator = "\n\n";
  const rendered = new Map<Part, string>();
  let room = maxChars;
  for (const part of parts.toSorted((one, other) => one.rank - other.rank)) {
    const text = part.render(Math.max(0, Math.min(part.maxChars, room - separator.length)));
    if (text === "") continue;
    rendered.set(part, text);
    room -= text.length + separator.length;
  }
  return parts.flatMap((part) => rendered.get(part) ?? []).join(separator);
}
