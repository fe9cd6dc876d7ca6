// Asks once, however many want to know, and keeps the answer for a moment. A failure is not kept.

export function briefly<T>(keptMs: number, ask: () => Promise<T>): () => Promise<T> {
  let kept: { answer: Promise<T>; untilMs: number } | undefined;

  async function look(): Promise<T> {
    try {
      const answer = await ask();
      if (kept) kept.untilMs = performance.now() + keptMs;
      return answer;
    } catch (error) {
      kept = undefined;
      throw error;
    }
  }

  return () => {
    if (kept && kept.untilMs > performance.now()) return kept.answer;
    const begun = { answer: look(), untilMs: Infinity };
    kept = begun;
    return begun.answer;
  };
}
