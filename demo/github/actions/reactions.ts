// Reactions: one of each kind per person and subject.
import type { Content, Reaction } from "../model/state.ts";
import { type World, nextId, now } from "../model/world.ts";

/** Adds a reaction; `created` is false when it was there already. */
export function react(
  world: World,
  subjectId: number,
  content: Content,
  login: string,
): { reaction: Reaction; created: boolean } {
  const known = world.state.reactions.find(
    (one) => one.subject_id === subjectId && one.content === content && one.login === login,
  );
  if (known) return { reaction: known, created: false };
  const reaction = { id: nextId(world), subject_id: subjectId, login, content, created_at: now(world) };
  world.state.reactions.push(reaction);
  return { reaction, created: true };
}

/** Removes a reaction; false when there was none. */
export function unreact(world: World, subjectId: number, id: number): boolean {
  const { reactions } = world.state;
  const kept = reactions.filter((one) => one.subject_id !== subjectId || one.id !== id);
  world.state.reactions = kept;
  return kept.length < reactions.length;
}
