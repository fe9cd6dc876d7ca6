// Sessions without a store: who it is, until when, under our signature. Pure but for chance.
import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { Viewer } from "./viewer.ts";

const Session = z.object({ viewer: Viewer, id: z.string().min(16).max(64), until: z.number() });
export type Session = z.infer<typeof Session>;

/** Whoever lost the right on GitHub, or there has another name now, is asked again within half a day. */
const personMs = 12 * 60 * 60 * 1000;
const operatorMs = 7 * 24 * 60 * 60 * 1000;

/**
 * `secrets` are those that, when they are changed, end all sessions; the key is made of them and is none of them
 * (RFC 5869).
 */
export function createSessions({ secrets, clock }: { secrets: readonly string[]; clock: () => Date }) {
  const key = Buffer.from(hkdfSync("sha256", secrets.join("\0"), "", "patchbay dashboard session", 32));

  function sign(purpose: string, text: string): string {
    return createHmac("sha256", key).update(`${purpose}\0${text}`).digest("base64url");
  }

  function same(one: string, other: string): boolean {
    const [first, second] = [Buffer.from(one), Buffer.from(other)];
    return first.length === second.length && timingSafeEqual(first, second);
  }

  return {
    begin(viewer: Viewer): { session: Session; maxAgeSec: number } {
      const lastsMs = viewer.kind === "operator" ? operatorMs : personMs;
      const id = randomBytes(16).toString("base64url");
      const session = { viewer, id, until: clock().getTime() + lastsMs };
      return { session, maxAgeSec: lastsMs / 1000 };
    },

    write(session: Session): string {
      const text = Buffer.from(JSON.stringify(session)).toString("base64url");
      return `${text}.${sign("session", text)}`;
    },

    /** Undefined for one that isn't ours, or is over. */
    read(cookie: string | undefined): Session | undefined {
      const [text = "", signature = ""] = (cookie ?? "").split(".", 2);
      if (text === "" || !same(signature, sign("session", text))) return undefined;
      const read = Session.safeParse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
      return read.success && read.data.until > clock().getTime() ? read.data : undefined;
    },

    /** What a form of this session has to bring back, so that no other site can send it. */
    formToken: ({ id }: Session): string => sign("form", id),
    isFormToken: ({ id }: Session, shown: string): boolean => same(shown, sign("form", id)),
  };
}

export type Sessions = ReturnType<typeof createSessions>;
