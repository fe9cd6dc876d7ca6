// Many blobs by one git process (git-cat-file(1), --batch).
import type { Git, GitCall } from "./git.ts";

export interface BlobSize {
  sha: string;
  size: number;
}

/** The sizes in bytes of these objects, in their order. Throws when one is missing. */
export async function blobSizes(git: Git, call: GitCall, shas: readonly string[]): Promise<BlobSize[]> {
  if (shas.length === 0) return [];
  const output = await git(["cat-file", "--batch-check=%(objectname) %(objectsize)"], {
    ...call,
    input: `${shas.join("\n")}\n`,
  });
  return output.stdout
    .toString("utf8")
    .trimEnd()
    .split("\n")
    .map((text) => {
      const [sha = "", size] = text.split(" ");
      if (size === undefined || !/^\d+$/.test(size)) throw new Error(`reading the object ${text}`);
      return { sha, size: Number(size) };
    });
}

/** The contents of these blobs by SHA, read in portions of at most `portionBytes`; one portion is held at a time. */
export async function* readBlobs(
  git: Git,
  call: GitCall,
  blobs: readonly BlobSize[],
  portionBytes = 16 * 1024 * 1024,
): AsyncGenerator<{ sha: string; content: Buffer }> {
  let at = 0;
  while (at < blobs.length) {
    const portion: BlobSize[] = [];
    let bytes = 0;
    for (
      let blob = blobs[at];
      blob && (portion.length === 0 || bytes + blob.size <= portionBytes);
      blob = blobs[at]
    ) {
      portion.push(blob);
      bytes += blob.size;
      at++;
    }
    const output = await git(["cat-file", "--batch"], {
      ...call,
      input: portion.map((blob) => `${blob.sha}\n`).join(""),
      maxOutputBytes: bytes + portion.length * 128,
    });
    let offset = 0;
    for (const blob of portion) {
      const start = output.stdout.indexOf(0x0a, offset) + 1;
      yield { sha: blob.sha, content: output.stdout.subarray(start, start + blob.size) };
      offset = start + blob.size + 1;
    }
  }
}
