// Makes a screenshot small: without its empty end, and with a palette of 256 colours. PNG as Chromium writes it, 8 bits a
// channel, not interlaced (RFC 2083).
import { readFile, writeFile } from "node:fs/promises";
import { crc32, deflateSync, inflateSync } from "node:zlib";

const signatureBytes = 8;
/** Below the last thing that is to be seen. */
const marginRows = 24;

/** Keeps everything down to the last row that is not like the one below all, in its 256 most frequent colours. */
export async function shrinkPicture(path: string): Promise<void> {
  const png = await readFile(path);
  const chunks = chunksOf(png);
  const header = chunks.find(({ type }) => type === "IHDR")?.data;
  if (!header || header[8] !== 8 || header[12] !== 0)
    throw new Error(`${path} is no PNG of the expected kind`);
  const height = header.readUInt32BE(4);
  const channels = header[9] === 6 ? 4 : 3;
  const width = header.readUInt32BE(0);
  const stride = 1 + width * channels;
  const packed = inflateSync(
    Buffer.concat(chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data)),
  );
  const rows = unfiltered(packed, { height, stride, channels });
  const last = rows.at(-1);
  const end = rows.findLastIndex((row) => last && !row.equals(last)) + 1;
  const { palette, indices } = withPalette(rows.slice(0, end + marginRows), { width, channels });
  header.writeUInt32BE(indices.length / (width + 1), 4);
  header[9] = 3;
  const written = [
    { type: "IHDR", data: header },
    { type: "PLTE", data: palette },
    { type: "IDAT", data: deflateSync(indices, { level: 9 }) },
    { type: "IEND", data: Buffer.alloc(0) },
  ].map(chunk);
  await writeFile(path, Buffer.concat([png.subarray(0, signatureBytes), ...written]));
}

/** Each pixel as the place of its colour, or of the nearest one, in the palette; each row begins with "no filter". */
function withPalette(
  rows: readonly Buffer[],
  { width, channels }: { width: number; channels: number },
): { palette: Buffer; indices: Buffer } {
  const counts = new Map<number, number>();
  const colourAt = (row: Buffer, x: number): number => row.readUIntBE(x * channels, 3);
  for (const row of rows) {
    for (let x = 0; x < width; x++) {
      const colour = colourAt(row, x);
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
  }
  const kept = chosen(counts);
  const places = new Map([...counts.keys()].map((colour) => [colour, nearest(kept, colour)]));
  const indices = Buffer.alloc(rows.length * (width + 1));
  for (const [y, row] of rows.entries()) {
    for (let x = 0; x < width; x++) indices[y * (width + 1) + 1 + x] = places.get(colourAt(row, x)) ?? 0;
  }
  const palette = Buffer.alloc(kept.length * 3);
  for (const [at, colour] of kept.entries()) palette.writeUIntBE(colour, at * 3, 3);
  return { palette, indices };
}

/** One after the other the colour that is missed most: by how many pixels, and how far from what is there. */
function chosen(counts: ReadonlyMap<number, number>): number[] {
  const missed = new Map([...counts].map(([colour]) => [colour, Number.MAX_SAFE_INTEGER]));
  const kept: number[] = [];
  while (kept.length < Math.min(256, counts.size)) {
    let next = 0;
    let most = -1;
    for (const [colour, far] of missed) {
      const weight = far * Math.sqrt(counts.get(colour) ?? 0);
      if (weight > most) [next, most] = [colour, weight];
    }
    kept.push(next);
    for (const [colour, far] of missed) missed.set(colour, Math.min(far, distance(colour, next)));
  }
  return kept;
}

function nearest(colours: readonly number[], wanted: number): number {
  let best = 0;
  for (const [at, colour] of colours.entries()) {
    if (distance(colour, wanted) < distance(colours[best] ?? 0, wanted)) best = at;
  }
  return best;
}

function distance(one: number, other: number): number {
  return [16, 8, 0].reduce((sum, shift) => sum + (((one >> shift) & 255) - ((other >> shift) & 255)) ** 2, 0);
}

function chunksOf(png: Buffer): { type: string; data: Buffer }[] {
  const chunks: { type: string; data: Buffer }[] = [];
  for (let at = signatureBytes; at < png.length;) {
    const length = png.readUInt32BE(at);
    const data = Buffer.from(png.subarray(at + 8, at + 8 + length));
    chunks.push({ type: png.toString("latin1", at + 4, at + 8), data });
    at += length + 12;
  }
  return chunks;
}

function chunk({ type, data }: { type: string; data: Buffer }): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** The pixels of each row: https://www.w3.org/TR/png-3/#9Filter-types */
function unfiltered(
  packed: Buffer,
  { height, stride, channels }: { height: number; stride: number; channels: number },
): Buffer[] {
  const rows: Buffer[] = [];
  let above = Buffer.alloc(stride - 1);
  for (let y = 0; y < height; y++) {
    const filter = packed[y * stride] ?? 0;
    const row = Buffer.from(packed.subarray(y * stride + 1, (y + 1) * stride));
    for (let x = 0; x < row.length; x++) {
      const left = row[x - channels] ?? 0;
      const up = above[x] ?? 0;
      const corner = x < channels ? 0 : (above[x - channels] ?? 0);
      row[x] = (row[x] ?? 0) + predicted(filter, left, up, corner);
    }
    rows.push(row);
    above = row;
  }
  return rows;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return Math.floor((left + up) / 2);
  const guess = left + up - corner;
  const [toLeft, toUp, toCorner] = [left, up, corner].map((value) => Math.abs(guess - value));
  if ((toLeft ?? 0) <= (toUp ?? 0) && (toLeft ?? 0) <= (toCorner ?? 0)) return left;
  return (toUp ?? 0) <= (toCorner ?? 0) ? up : corner;
}
