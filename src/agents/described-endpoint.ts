// An agent that is a model behind an HTTP endpoint: what an operator may say about it.
import { z } from "zod";
import { AgentName } from "./agent-name.ts";

const EndpointUrl = z
  .url({ protocol: /^https?$/, error: "an http or https URL" })
  .max(500)
  .refine((text) => {
    const url = URL.parse(text);
    return url?.username === "" && url.password === "" && url.search === "" && url.hash === "";
  }, "an address without user, password, query or fragment")
  .describe("Such as https://models.example.com:8443/v1; /v1 is added to one that has no version");

export const DescribedEndpoint = z
  .strictObject({
    name: AgentName,
    kind: z.literal("http"),
    url: EndpointUrl,
    model: z.string().min(1).max(200).describe("Unless the step names another one"),
    key: z
      .string()
      .regex(
        /^[A-Z][A-Z0-9_]*_(?:KEY|TOKEN|SECRET)$/,
        "the name of a variable that ends in _KEY, _TOKEN or _SECRET, not the key itself",
      )
      .optional()
      .describe("The variable of Patchbay's environment that holds the key"),
    private_network: z
      .boolean()
      .default(false)
      .describe(
        "True when the name leads to an address of a private network; an address in the URL needs no such word",
      ),
    max_output_tokens: z.int().min(1).max(1_000_000).optional(),
  })
  .refine(({ url, private_network }) => url.startsWith("https:") || private_network || isLoopback(url), {
    path: ["url"],
    message:
      "https, since the key and the repository's content go there; http is for private_network: true and 127.0.0.1",
  });
export type DescribedEndpoint = z.infer<typeof DescribedEndpoint>;

function isLoopback(url: string): boolean {
  return /^http:\/\/(?:127\.\d+\.\d+\.\d+|\[::1\]|localhost)(?:[:/]|$)/.test(url);
}
