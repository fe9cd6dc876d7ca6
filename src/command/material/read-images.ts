// The pictures that a conversation shows, fetched when it was asked: their addresses are good for minutes only.
import { createHash } from "node:crypto";
import { UserError, explain } from "../../errors.ts";
import type { MaterialCalls } from "../../io/github-material.ts";
import { type JobImage, maxImages } from "../../job/image.ts";
import type { ContextMessage } from "../../job/job-spec.ts";
import { cut } from "../thread.ts";
import type { Trigger } from "../trigger.ts";
import { type ImageLink, imageLinks, isUploaded } from "./image-links.ts";

const maxTotalBytes = 20_000_000;

export interface ReadImages {
  found: { image: JobImage; bytes: Buffer }[];
  /** A sentence for each thing that could not be had. */
  leftOut: string[];
}

interface Shown extends ImageLink {
  place: string;
}

/**
 * What the request, the description and the newest comments show, in this order: at most 8, 20 MB in all, only what was
 * uploaded to GitHub. Never throws: what can't be had is named.
 */
export async function readImages(
  github: Pick<MaterialCalls, "signedImages" | "image">,
  { repository, subject, text }: Pick<Trigger, "repository" | "subject" | "text">,
  thread: readonly ContextMessage[],
): Promise<ReadImages> {
  const { host } = repository;
  const shown = [
    ...placed(imageLinks(text, host), "the request"),
    ...placed(imageLinks(subject.body, host), `the description by @${subject.author}`),
    ...thread
      .toReversed()
      .flatMap(({ content, author }) =>
        placed(imageLinks(content, host), `a comment by @${author ?? "ghost"}`),
      ),
  ].filter((one, at, all) => all.findIndex(({ url }) => url === one.url) === at);
  const read: ReadImages = { found: [], leftOut: [] };
  const wanted = shown.filter(isUploaded);
  const others = shown.length - wanted.length;
  if (others > 0) read.leftOut.push(`Pictures on other hosts than GitHub's are not fetched: ${others}.`);
  if (wanted.length > maxImages) {
    read.leftOut.push(
      `Pictures beyond the first ${maxImages} are not fetched: ${wanted.length - maxImages}.`,
    );
  }
  if (wanted.length === 0) return read;
  let signed: URL[] = [];
  try {
    if (wanted.some(({ uploadId }) => uploadId !== undefined)) {
      signed = await github.signedImages(repository, subject.number);
    }
  } catch (error) {
    read.leftOut.push(`Where the pictures are could not be read: ${cut(explain(error), 200)}.`);
    return read;
  }
  let total = 0;
  for (const [at, one] of wanted.slice(0, maxImages).entries()) {
    const name = `picture ${at + 1}, in ${one.place}`;
    try {
      const { bytes, type } = await github.image(addressOf(one, signed), host);
      total += bytes.length;
      if (total > maxTotalBytes)
        throw new UserError(`all together have more than ${maxTotalBytes / 1_000_000} MB`);
      const image: JobImage = {
        file: `image-${at + 1}.${type}`,
        sha256: createHash("sha256").update(bytes).digest("hex"),
        bytes: bytes.length,
        alt: cut(one.alt, 200),
        place: cut(one.place, 200),
      };
      read.found.push({ image, bytes });
    } catch (error) {
      read.leftOut.push(`${name}, is missing: ${cut(explain(error), 200)}.`);
    }
  }
  return read;
}

function placed(links: readonly ImageLink[], place: string): Shown[] {
  return links.map((link) => ({ ...link, place }));
}

/** GitHub's signed address of an upload has its id. */
function addressOf({ url, uploadId }: ImageLink, signed: readonly URL[]): URL {
  if (uploadId === undefined) return new URL(url);
  const found = signed.find(({ pathname }) => pathname.toLowerCase().includes(uploadId));
  if (!found) throw new UserError("GitHub does not show it any more");
  return found;
}
