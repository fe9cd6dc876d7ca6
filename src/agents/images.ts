// The pictures of a job in a prompt: where the agent finds them, and what they are. Pure.
import type { JobImage } from "../job/image.ts";
import { fence, visibleText } from "./untrusted-text.ts";

export interface SeenImage {
  image: JobImage;
  /** As the agent's program sees it. */
  path: string;
}

/** A section of its own; empty without pictures. */
export function renderImages(images: readonly SeenImage[]): string {
  if (images.length === 0) return "";
  const lines = images.map(
    ({ image, path }) => `- ${path}: in ${image.place}${image.alt === "" ? "" : `, named ${image.alt}`}`,
  );
  const list = fence("pictures of the conversation", visibleText(lines.join("\n")));
  return `# Pictures\n\nThese files are pictures that people have put into the conversation. Look at those that the goal needs.\n\n${list}`;
}
