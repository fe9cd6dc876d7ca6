// The dashboard's door: headers, who it is, where forms may come from, signing in and out.
import { randomBytes, timingSafeEqual, createHash } from "node:crypto";
import { getConnInfo } from "@hono/node-server/conninfo";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { z } from "zod";
import { TransientError, UserError } from "../../errors.ts";
import type { SignIn } from "../../io/github-sign-in.ts";
import { askerOf, clientAddress } from "../client-address.ts";
import { createRateLimit } from "../rate-limit.ts";
import type { Assets } from "./assets.ts";
import { loginPage } from "./pages/login-page.ts";
import type { Frame } from "./parts/layout.ts";
import type { Session, Sessions } from "./session.ts";
import type { Viewer } from "./viewer.ts";

export interface DoorEnv {
  Variables: { session: Session };
}

export interface DoorOptions {
  sessions: Sessions;
  assets: Assets;
  /** Undefined: nobody comes in by a token. */
  operatorToken: string | undefined;
  /** Undefined: nobody comes in through GitHub. */
  signIn: SignIn | undefined;
  /** GitHub's name. */
  host: string;
  /** Where people reach this server; undefined: where the browser says it is. */
  publicUrl: string | undefined;
  trustedProxies: readonly string[];
  clock: () => Date;
  /** Who has come in, or was refused. */
  told: (event: { viewer: Viewer | undefined; address: string }) => void;
}

const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

const tries = { maxRequests: 10, windowMs: 60_000 };
const flowMs = 10 * 60 * 1000;
const callbackPath = "/login/github/callback";

export function createDoor(options: DoorOptions) {
  const { sessions, assets, operatorToken, signIn, host, publicUrl, clock, told } = options;
  const isSecure = publicUrl?.startsWith("https:") === true;
  // A browser takes a cookie of this name only from us, over TLS and for all of this host (RFC 6265bis, 4.1.3.2).
  const cookie = isSecure ? "__Host-patchbay" : "patchbay";
  const flowCookie = `${cookie}-sign-in`;
  const cookieOptions = { httpOnly: true, secure: isSecure, sameSite: "Lax", path: "/" } as const;
  const allowance = createRateLimit(tries);

  function sessionOf(c: Context): Session | undefined {
    try {
      return sessions.read(getCookie(c, cookie));
    } catch {
      return undefined;
    }
  }

  function frameOf(session: Session | undefined): Frame {
    return {
      assets,
      viewer: session?.viewer,
      formToken: session ? sessions.formToken(session) : "",
      nowMs: clock().getTime(),
    };
  }

  function addressOf(c: Context): string {
    const remote = getConnInfo(c).remote.address ?? "";
    const forwardedFor = c.req.header("X-Forwarded-For");
    return clientAddress({ remote, forwardedFor }, options.trustedProxies);
  }

  /** Browsers say with each POST from where it comes; what says nothing is no browser. */
  function isFromHere(c: Context): boolean {
    const site = c.req.header("Sec-Fetch-Site");
    if (site !== undefined) return site === "same-origin";
    const origin = c.req.header("Origin");
    if (origin === undefined) return true;
    return URL.canParse(origin) && new URL(origin).host === c.req.header("Host");
  }

  const headers: MiddlewareHandler = async (c, next) => {
    await next();
    c.header("Content-Security-Policy", c.res.headers.get("Content-Security-Policy") ?? policy);
    c.header("X-Content-Type-Options", "nosniff");
    c.header("Referrer-Policy", "no-referrer");
    c.header("Cross-Origin-Opener-Policy", "same-origin");
    c.header("Cross-Origin-Resource-Policy", "same-origin");
    if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "no-store");
  };

  const app = new Hono<DoorEnv>();

  function login(c: Context, to: string, problem?: string, status: 200 | 401 | 403 | 429 = 200) {
    const offer = {
      hasToken: operatorToken !== undefined,
      hasGitHub: signIn !== undefined,
      host,
      to,
      ...(problem !== undefined && { problem }),
    };
    return c.html(loginPage(frameOf(undefined), offer), status);
  }

  function enter(c: Context, viewer: Viewer, to: string): Response {
    const { session, maxAgeSec } = sessions.begin(viewer);
    setCookie(c, cookie, sessions.write(session), { ...cookieOptions, maxAge: maxAgeSec });
    told({ viewer, address: addressOf(c) });
    return c.redirect(to, 303);
  }

  app.get("/login", (c) => login(c, inside(c.req.query("to"))));

  app.post("/login", async (c) => {
    const { token = "", to } = Fields.parse(await c.req.parseBody());
    const target = inside(to);
    if (!isFromHere(c)) return login(c, target, "The form came from elsewhere.", 403);
    const address = addressOf(c);
    const allowed = allowance(askerOf(address));
    if (!allowed.allowed) {
      c.header("Retry-After", String(allowed.retryAfterSec));
      return login(c, target, `Too many tries; the next one in ${allowed.retryAfterSec} s.`, 429);
    }
    if (operatorToken === undefined || !sameText(token, operatorToken)) {
      told({ viewer: undefined, address });
      return login(c, target, "That is not the operator's token.", 401);
    }
    return enter(c, { kind: "operator" }, target);
  });

  app.get("/login/github", (c) => {
    if (!signIn) return c.notFound();
    const flow = {
      state: randomBytes(24).toString("base64url"),
      verifier: randomBytes(32).toString("base64url"),
      to: inside(c.req.query("to")),
    };
    setCookie(c, flowCookie, Buffer.from(JSON.stringify(flow)).toString("base64url"), {
      ...cookieOptions,
      maxAge: flowMs / 1000,
    });
    return c.redirect(signIn.address({ ...flow, redirect: redirectOf(c) }), 303);
  });

  app.get(callbackPath, async (c) => {
    if (!signIn) return c.notFound();
    const flow = readFlow(getCookie(c, flowCookie));
    deleteCookie(c, flowCookie, cookieOptions);
    const { code, state } = c.req.query();
    if (!flow || code === undefined || state === undefined || !sameText(state, flow.state)) {
      return login(c, "/", "The sign-in was not finished; try again.", 401);
    }
    try {
      const person = await signIn.person({ code, verifier: flow.verifier, redirect: redirectOf(c) });
      return enter(c, { kind: "person", ...person }, inside(flow.to));
    } catch (error) {
      if (error instanceof UserError) return login(c, "/", error.message, 401);
      if (error instanceof TransientError) return login(c, "/", "GitHub doesn't answer now; try again.", 401);
      throw error;
    }
  });

  function redirectOf(c: Context): string {
    return `${publicUrl ?? `http://${c.req.header("Host") ?? ""}`}${callbackPath}`;
  }

  const guard: MiddlewareHandler<DoorEnv> = async (c, next) => {
    const session = sessionOf(c);
    if (!session) {
      if (c.req.method !== "GET") return login(c, "/", "Sign in first.", 401);
      const { pathname, search } = new URL(c.req.url);
      return c.redirect(`/login?to=${encodeURIComponent(`${pathname}${search}`)}`, 303);
    }
    if (c.req.method !== "GET" && c.req.method !== "HEAD") {
      const fields = Fields.parse(await c.req.parseBody());
      if (!isFromHere(c) || !sessions.isFormToken(session, fields.form_token ?? ""))
        return c.text("the form came from elsewhere, or from another session; load the page again", 403);
    }
    c.set("session", session);
    return next();
  };

  const logout = (c: Context): Response => {
    deleteCookie(c, cookie, cookieOptions);
    return c.redirect("/login", 303);
  };

  return { app, headers, guard, logout, frameOf };
}

const Fields = z.object({
  token: z.string().optional(),
  to: z.string().optional(),
  form_token: z.string().optional(),
});

const Flow = z.object({ state: z.string(), verifier: z.string(), to: z.string() });

function readFlow(text: string | undefined): z.infer<typeof Flow> | undefined {
  try {
    return Flow.parse(JSON.parse(Buffer.from(text ?? "", "base64url").toString("utf8")));
  } catch {
    return undefined;
  }
}

/** Only a path of ours: nobody is sent elsewhere because a link said so. */
export function inside(to: string | undefined): string {
  if (to === undefined || !/^\/(?![/\\])[\x21-\x7e]*$/.test(to)) return "/";
  const url = new URL(to, "http://here.invalid");
  return url.host === "here.invalid" && !url.pathname.startsWith("/log")
    ? `${url.pathname}${url.search}`
    : "/";
}

function sameText(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
