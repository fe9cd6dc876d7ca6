// The pictures of a conversation: GitHub gives their signed addresses with the rendered text, and they are fetched from
// there without any token.
import { z } from "zod";
import { UserError } from "../errors.ts";
import { createCall, type Requester } from "./github-call.ts";
import type { RepositoryName } from "./github.ts";

/** Where GitHub keeps them; a GitHub Enterprise Server has them at home, or below its own name. */
const imageHosts: ReadonlySet<string> = new Set([
  "private-user-images.githubusercontent.com",
  "user-images.githubusercontent.com",
]);
const maxImageBytes = 5_000_000;
const timeoutMs = 10_000;
const pageSize = 100;

const Rendered = z.object({ body_html: z.string().nullish() });

type ImageType = "png" | "jpg" | "gif" | "webp";

/** Calls on behalf of one installation. Each throws UserError or TransientError that names the action. */
export function createImageCalls(octokit: Requester) {
  const call = createCall(octokit);

  return {
    /**
     * The signed addresses of what was uploaded to a conversation: all that its description and its newest 100 comments
     * show, as GitHub renders them. They are good for some minutes.
     */
    async signedImages({ owner, name: repo }: RepositoryName, number: number): Promise<URL[]> {
      const parameters = { owner, repo, issue_number: number, mediaType: { format: "full" } };
      const route = "GET /repos/{owner}/{repo}/issues/{issue_number}";
      const action = `reading the pictures of #${number}`;
      const issue = await call(action, Rendered.extend({ comments: z.number() }), route, parameters);
      const comments = await call(action, z.array(Rendered), `${route}/comments`, {
        ...parameters,
        per_page: pageSize,
        page: Math.max(1, Math.ceil(issue.comments / pageSize)),
      });
      const sources = [issue, ...comments].flatMap(({ body_html: html }) => [
        ...(html ?? "").matchAll(/<img\b[^>]*?\ssrc="([^"]+)"/g),
      ]);
      return sources.flatMap(([, source = ""]) => URL.parse(source.replaceAll("&amp;", "&")) ?? []);
    },

    /**
     * A picture's bytes and what they are, by their first bytes and not by what anybody says. `api` is where the REST API
     * is. Throws for any other host, a redirect, more than 5 MB, and what is no PNG, JPEG, GIF or WebP.
     */
    async image(url: URL, home: string): Promise<{ bytes: Buffer; type: ImageType }> {
      const bytes = await download(allowed(url, home));
      const type = typeOf(bytes);
      if (!type) throw refused("it is no PNG, JPEG, GIF or WebP");
      return { bytes, type };
    },
  };
}

/** `home` is GitHub's own host with its port. */
function allowed(url: URL, home: string): URL {
  const isAtHome = url.host === home || url.hostname.endsWith(`.${home}`);
  const isPrivate = url.protocol === "https:" || (isAtHome && isLoopback(url.hostname));
  if ((isAtHome || imageHosts.has(url.host)) && isPrivate && url.username === "") return url;
  throw refused(`${url.origin} is no place where GitHub keeps pictures`);
}

/** Only a stand-in on this machine speaks without TLS. */
function isLoopback(hostname: string): boolean {
  return hostname === "127.0.0.1" || hostname === "localhost";
}

async function download(url: URL): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  try {
    const answer = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(timeoutMs) });
    if (!answer.ok || !answer.body) throw refused(`${url.origin} answered ${answer.status}`);
    let bytes = 0;
    for await (const chunk of answer.body) {
      bytes += chunk.byteLength;
      if (bytes > maxImageBytes) throw refused(`it has more than ${maxImageBytes / 1_000_000} MB`);
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw refused(`${url.origin} gave no answer`, cause);
  }
  return Buffer.concat(chunks);
}

function refused(why: string, cause?: unknown): UserError {
  return new UserError(`fetching a picture: ${why}`, { cause, code: "github" });
}

/** The signatures of PNG (RFC 2083), JPEG (ITU T.81), GIF89a and WebP (RFC 9649). */
function typeOf(bytes: Buffer): ImageType | undefined {
  const start = bytes.toString("latin1", 0, 12);
  if (start.startsWith("\u0089PNG\r\n\u001A\n")) return "png";
  if (start.startsWith("\u00FF\u00D8\u00FF")) return "jpg";
  if (/^GIF8[79]a/.test(start)) return "gif";
  return start.startsWith("RIFF") && start.slice(8) === "WEBP" ? "webp" : undefined;
}
