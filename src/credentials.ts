// The App's identity: all three parts or none.
import { readFileSync } from "node:fs";

export interface Credentials {
  appId: number;
  privateKey: string;
  webhookSecret: string;
}

interface Parts {
  APP_ID?: number | undefined;
  PRIVATE_KEY?: string | undefined;
  PRIVATE_KEY_PATH?: string | undefined;
  WEBHOOK_SECRET?: string | undefined;
}

/**
 * The credentials, undefined when the App doesn't exist yet. `problems` names what is missing or malformed
 * when only a part is there. The key may be PEM, PEM with written-out line ends, or base64 of PEM.
 */
export function readCredentials(parts: Parts): { credentials: Credentials | undefined; problems: string[] } {
  const key = readKey(parts);
  if (key.problem !== undefined) return { credentials: undefined, problems: [key.problem] };
  const { APP_ID: appId, WEBHOOK_SECRET: webhookSecret } = parts;
  const privateKey = key.pem;
  if (appId !== undefined && privateKey !== undefined && webhookSecret !== undefined) {
    return { credentials: { appId, privateKey, webhookSecret }, problems: [] };
  }
  const given = [
    ["APP_ID", appId],
    ["PRIVATE_KEY (or PRIVATE_KEY_PATH)", privateKey],
    ["WEBHOOK_SECRET", webhookSecret],
  ] as const;
  const missing = given.filter(([, value]) => value === undefined).map(([name]) => name);
  const problem = `${missing.join(" and ")}: missing; the App's credentials are APP_ID, PRIVATE_KEY and WEBHOOK_SECRET together`;
  return { credentials: undefined, problems: missing.length < given.length ? [problem] : [] };
}

function readKey(parts: Parts): { pem?: string; problem?: string } {
  let text = parts.PRIVATE_KEY;
  if (text === undefined && parts.PRIVATE_KEY_PATH !== undefined) {
    try {
      text = readFileSync(parts.PRIVATE_KEY_PATH, "utf8");
    } catch {
      return { problem: `PRIVATE_KEY_PATH: ${parts.PRIVATE_KEY_PATH} can't be read` };
    }
  }
  if (text === undefined) return {};
  let pem = text.replaceAll("\\n", "\n").trim();
  if (!pem.includes("-----BEGIN")) pem = Buffer.from(pem, "base64").toString("utf8").trim();
  if (!/^-----BEGIN (?:RSA )?PRIVATE KEY-----[\s\S]+-----END (?:RSA )?PRIVATE KEY-----$/.test(pem)) {
    return { problem: "PRIVATE_KEY: the App's private key in PEM form (or that in base64) is expected" };
  }
  return { pem };
}
