// The style sheet and the script, each under a name that changes with what is in it.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Asset {
  path: string;
  type: string;
  text: string;
}

function read(file: string, type: string): Asset {
  const text = readFileSync(join(import.meta.dirname, "assets", file), "utf8");
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  return { path: `/assets/${hash}/${file}`, type, text };
}

export interface Assets {
  style: Asset;
  script: Asset;
}

export function readAssets(): Assets {
  return {
    style: read("dashboard.css", "text/css; charset=utf-8"),
    script: read("dashboard.js", "text/javascript; charset=utf-8"),
  };
}
