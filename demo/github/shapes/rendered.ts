// A text as GitHub renders it for programs: what was uploaded is shown from a signed address.
import { createHash } from "node:crypto";
import type { World } from "../model/world.ts";
import { renderMarkdown } from "../web/markdown.ts";

const uploads = /"[^"]*\/user-attachments\/assets\/([0-9a-f-]{36})"/g;

/** The word that opens a picture's address; it is good for as long as the stand-in runs. */
export function signatureOf({ state }: World, id: string): string {
  return createHash("sha256").update(`${state.app.webhook_secret} ${id}`).digest("hex");
}

/** `body_html` for a request that asks for it by its media type; nothing for any other. */
export function rendered(
  world: World,
  accept: string,
  body: string | null | undefined,
): { body_html?: string } {
  if (!accept.includes("full")) return {};
  const signed = (_: string, id: string): string =>
    `"${world.base()}/_images/1-${id}.png?jwt=${signatureOf(world, id)}"`;
  return { body_html: renderMarkdown(body ?? "", "").replaceAll(uploads, signed) };
}
