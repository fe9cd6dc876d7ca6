// What the added content says against a change: its amount, binary files, secrets.
import { extname } from "node:path";
import type { Finding } from "../../job/finding.ts";
import { ExecError } from "../../io/exec.ts";
import type { Git, GitCall } from "../../io/git.ts";
import { blobSizes, readBlobs } from "../../io/git-objects.ts";
import { additionsBetween, type Addition } from "./additions.ts";
import { bringsBlob, type RawChange } from "./changes.ts";
import type { GatePolicy } from "./policy.ts";
import { searchSecrets } from "./secret-search.ts";

/** One new blob as text, and where its parts stand. */
interface Text {
  paths: string[];
  text: string;
  /** The line of the file at an offset of the text; undefined in a binary file. */
  lineAt: (offset: number) => number | undefined;
}

/** All binary files together; the text of a change is limited by its patch. */
const maxSearchedBytes = 64 * 1024 * 1024;

export async function screenContent(options: {
  git: Git;
  call: GitCall;
  from: string;
  to: string;
  changes: readonly RawChange[];
  policy: GatePolicy;
  /** The names of the registered and well-known secrets in a text. */
  secretsIn: (text: string) => string[];
}): Promise<Finding[]> {
  const { git, call, from, to, policy } = options;
  let added;
  try {
    // Without context lines it is smaller than the patch, save for headers.
    added = await additionsBetween(git, call, { from, to, maxBytes: policy.maxPatchBytes * 2 });
  } catch (error) {
    if (!(error instanceof ExecError) || !error.tooMuchOutput) throw error;
    return unsearched([""], `it is larger than ${policy.maxPatchBytes} bytes (MAX_PATCH_BYTES)`);
  }
  const pathsOf = new Map<string, string[]>();
  for (const change of options.changes) {
    if (bringsBlob(change)) pathsOf.set(change.newSha, [...(pathsOf.get(change.newSha) ?? []), change.path]);
  }
  const binaries = await readBinaries(git, call, { additions: added.additions, pathsOf, policy });
  const texts = [
    ...added.additions.flatMap((addition) => asText(addition, pathsOf.get(addition.sha))),
    ...binaries.texts,
  ];
  return [
    ...amounts(added, policy),
    ...binaries.findings,
    ...(await screenSecrets(texts, policy, options.secretsIn)),
  ];
}

function amounts(added: { files: number; linesAdded: number; linesRemoved: number }, policy: GatePolicy) {
  const findings: Finding[] = [];
  const lines = added.linesAdded + added.linesRemoved;
  if (added.files > policy.maxFiles) {
    const message = `${added.files} files changed, ${policy.maxFiles} are allowed (MAX_PATCH_FILES)`;
    findings.push({ rule: "size", path: "", message });
  }
  if (lines > policy.maxLines) {
    const message = `${lines} lines changed, ${policy.maxLines} are allowed (MAX_PATCH_LINES)`;
    findings.push({ rule: "size", path: "", message });
  }
  return findings;
}

/** The binary files that are small enough, as texts; and what is said of the others. */
async function readBinaries(
  git: Git,
  call: GitCall,
  options: { additions: readonly Addition[]; pathsOf: ReadonlyMap<string, string[]>; policy: GatePolicy },
): Promise<{ texts: Text[]; findings: Finding[] }> {
  const { pathsOf, policy } = options;
  const shas = new Set(options.additions.filter(({ lines }) => !lines).map(({ sha }) => sha));
  const findings: Finding[] = [];
  const texts: Text[] = [];
  let room = maxSearchedBytes;
  const readable = (await blobSizes(git, call, [...shas])).filter(({ sha, size }) => {
    const paths = pathsOf.get(sha) ?? [];
    if (size > policy.maxBinaryBytes) {
      const message = `a binary file of ${size} bytes, ${policy.maxBinaryBytes} are allowed (MAX_BINARY_BYTES)`;
      findings.push(...paths.map((path): Finding => ({ rule: "binary", path, message })));
    }
    room -= size;
    if (room < 0) findings.push(...unsearched(paths, "too many bytes of binary files"));
    return room >= 0;
  });
  for await (const { sha, content } of readBlobs(git, call, readable)) {
    // UTF-16 has a zero in every other place.
    const text = content.toString("latin1").replaceAll("\0", "");
    texts.push({ paths: pathsOf.get(sha) ?? [], text, lineAt: () => undefined });
  }
  return { texts, findings };
}

function asText({ lines }: Addition, paths: string[] | undefined): Text[] {
  if (!lines || lines.length === 0 || !paths) return [];
  const starts: number[] = [];
  let text = "";
  for (const line of lines) {
    starts.push(text.length);
    text += `${line.text}\n`;
  }
  return [
    { paths, text, lineAt: (offset) => lines[starts.findLastIndex((start) => start <= offset)]?.number },
  ];
}

async function screenSecrets(
  texts: readonly Text[],
  policy: GatePolicy,
  secretsIn: (text: string) => string[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { paths, text, lineAt } of texts) {
    for (const { name, offset } of located(text, secretsIn)) {
      const line = offset === undefined ? undefined : lineAt(offset);
      for (const path of paths) findings.push(secretFinding(path, line, name));
    }
  }
  for (const path of new Set(texts.flatMap(({ paths }) => paths))) {
    for (const name of secretsIn(path)) findings.push(secretFinding(path, undefined, `${name}, in the name`));
  }
  const wanted = texts.map(({ paths, text }) => ({ text, extension: extname(paths[0] ?? "") }));
  const found = await searchSecrets(wanted, { pieceMs: policy.searchMs / 4, totalMs: policy.searchMs });
  for (const [at, hits] of found.entries()) {
    const { paths = [], lineAt } = texts[at] ?? {};
    if (!hits) findings.push(...unsearched(paths, "searching it takes too long"));
    for (const { rule, offset } of hits ?? []) {
      for (const path of paths) findings.push(secretFinding(path, lineAt?.(offset), rule));
    }
  }
  return withoutDoubles(findings);
}

/** The secrets of a text with the beginning of their line, where they stand on one. */
function located(
  text: string,
  secretsIn: (text: string) => string[],
): { name: string; offset: number | undefined }[] {
  const names = secretsIn(text);
  if (names.length === 0) return [];
  const found: { name: string; offset: number | undefined }[] = [];
  let offset = 0;
  for (const line of text.split("\n")) {
    if (found.length < maxLocated) for (const name of secretsIn(line)) found.push({ name, offset });
    offset += line.length + 1;
  }
  const onLines = new Set(found.map(({ name }) => name));
  return [
    ...found,
    ...names.filter((name) => !onLines.has(name)).map((name) => ({ name, offset: undefined })),
  ];
}

const maxLocated = 20;

function secretFinding(path: string, line: number | undefined, name: string): Finding {
  const message = `it holds what looks like a secret (${name})`;
  return { rule: "secret", path, ...(line !== undefined && { line }), message };
}

function unsearched(paths: readonly string[], why: string): Finding[] {
  const message = `it was not searched for secrets: ${why}`;
  return paths.map((path) => ({ rule: "unsearched", path, message }));
}

/** Two rules may find the same secret: one word about a line is enough. */
function withoutDoubles(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ rule, path, line }) => {
    const place = `${rule} ${path} ${line}`;
    if (line !== undefined && seen.has(place)) return false;
    seen.add(place);
    return true;
  });
}
