// A stand-in with a repository, an installed App and a webhook sink, for the tests of the stand-in itself.
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type IncomingHttpHeaders, createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Octokit } from "octokit";
import { createStandIn, type StandIn, type StandInOptions } from "../../../demo/github/stand-in.ts";

export const at = { owner: "acme", repo: "shop" };
export const repo = "acme/shop";

interface Received {
  event: string;
  guid: string;
  headers: IncomingHttpHeaders;
  body: string;
  payload: Record<string, unknown>;
}

/** A server that takes webhooks and answers what it is told to. */
export async function createSink() {
  const received: Received[] = [];
  const answers = { status: 202 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      received.push({
        event: String(request.headers["x-github-event"]),
        guid: String(request.headers["x-github-delivery"]),
        headers: request.headers,
        body,
        payload: JSON.parse(body),
      });
      response.writeHead(answers.status).end("ok");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    answers,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** Octokit for the App and for its installation on acme, without retries and throttling. */
export async function clientsOf(standIn: StandIn) {
  const Client = Octokit.defaults({
    baseUrl: `${standIn.url}/api/v3`,
    retry: { enabled: false },
    throttle: { enabled: false },
  });
  const app = new App({ appId: standIn.app.id, privateKey: standIn.app.privateKey, Octokit: Client });
  const { data: installation } = await app.octokit.rest.apps.getRepoInstallation(at);
  const octokit = await app.getInstallationOctokit(installation.id);
  const tokenFor = async (wishes: { permissions?: Record<string, string>; repositories?: string[] } = {}) => {
    const { data } = await app.octokit.request("POST /app/installations/{installation_id}/access_tokens", {
      installation_id: installation.id,
      ...wishes,
    });
    return data.token;
  };
  const withToken = (auth: string) => new Client({ auth });
  return { app: app.octokit, octokit, installationId: installation.id, tokenFor, withToken };
}

/** A stand-in in a folder of its own: acme/shop with two files, alice (write), the App installed. */
export async function start(options: Partial<StandInOptions> = {}) {
  const dir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "stand-in-test-")));
  const standIn = await createStandIn({ ...options, dataDir: dir });
  await standIn.createRepository(repo, {
    files: { "README.md": "# shop\n", "src/cart.ts": "export const total = 1;\nexport const tax = 2;\n" },
  });
  await standIn.installApp({ account: "acme" });
  await standIn.setPermission(repo, "alice", "write");
  return {
    standIn,
    dir,
    end: async () => {
      await standIn.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export function signature(secret: string, body: string): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}
