// The pictures that a text on GitHub shows: where they are, and what stands in their place. Pure.

export interface ImageLink {
  url: string;
  alt: string;
  /** Of what was uploaded to a conversation: the id by which GitHub's rendered text names it too. */
  uploadId: string | undefined;
}

const markdown = /!\[([^\]\n]{0,500})\]\(\s*<?(https?:\/\/[^\s<>()]{1,2000})>?[^)\n]{0,200}\)/g;
const element = /<img\b[^>]{0,2000}>/gi;
const upload =
  /\/(?:user-attachments\/assets|[\w.-]+\/[\w.-]+\/assets\/\d+)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
const oldUploads = "user-images.githubusercontent.com";

/** In the order in which they stand, each once. */
export function imageLinks(text: string, host: string): ImageLink[] {
  const found: { at: number; url: string; alt: string }[] = [];
  for (const match of text.matchAll(markdown)) {
    found.push({ at: match.index, url: match[2] ?? "", alt: match[1] ?? "" });
  }
  for (const match of text.matchAll(element)) {
    const url = attribute(match[0], "src");
    if (url !== undefined) found.push({ at: match.index, url, alt: attribute(match[0], "alt") ?? "" });
  }
  const links = new Map<string, ImageLink>();
  for (const { url, alt } of found.toSorted((one, other) => one.at - other.at)) {
    if (!links.has(url)) links.set(url, { url, alt, uploadId: uploadIdOf(url, host) });
  }
  return [...links.values()];
}

/** Whether GitHub itself has it: what was uploaded to it, and nothing on any other host. */
export function isUploaded({ url, uploadId }: ImageLink): boolean {
  if (uploadId !== undefined) return true;
  const parsed = URL.parse(url);
  return parsed?.protocol === "https:" && parsed.host === oldUploads;
}

function uploadIdOf(url: string, host: string): string | undefined {
  const parsed = URL.parse(url);
  if (parsed?.host !== host || parsed.username !== "") return undefined;
  return upload.exec(parsed.pathname)?.[1]?.toLowerCase();
}

function attribute(tag: string, name: "src" | "alt"): string | undefined {
  const found = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, "i").exec(tag);
  return found?.[1] ?? found?.[2];
}
