// The reference of the gateway as a plain page: no script, nothing from elsewhere.
import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import { componentSchemas, operations } from "./openapi.ts";

const style =
  "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}" +
  "code,pre{font-family:ui-monospace,monospace}pre{overflow:auto;padding:1rem;border:1px solid #8888}";

/** The page has one style sheet, and its hash lets it in (CSP Level 3, "hash-source"). */
export const pagePolicy =
  `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; ` +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function referencePage() {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>Patchbay: the HTTP gateway</title>
        ${raw(`<style>${style}</style>`)}
      </head>
      <body>
        <h1>The HTTP gateway</h1>
        <p>
          Below <code>/api/v1</code>, with <code>Authorization: Bearer &lt;token&gt;</code>. For programs:
          <a href="openapi.json">openapi.json</a>.
        </p>
        ${operations.map(
          ({ method, path, summary, right, request, answer }) => html`
            <h2><code>${method.toUpperCase()} ${path}</code></h2>
            <p>
              ${summary}. Needs the right to ${right}.
              ${request ? html`Takes <a href="#${request}">${request}</a>. ` : ""}Answers
              ${answer.status}${
                answer.schema ? html` with <a href="#${answer.schema}">${answer.schema}</a>` : ""
              }.
            </p>
          `,
        )}
        ${Object.entries(componentSchemas()).map(
          ([name, schema]) => html`
            <h3 id="${name}">${name}</h3>
            <pre>${JSON.stringify(schema, undefined, 2)}</pre>
          `,
        )}
      </body>
    </html>`;
}
