// Pages of a list, with GitHub's Link header.
import { type Answer, type Call, ok } from "./endpoint.ts";

const defaultPerPage = 30;
const maxPerPage = 100;

/** One page of `items` as an answer; `shape` is only called for what is shown. */
export async function page<T>(
  call: Call,
  items: readonly T[],
  shape: (item: T) => unknown,
  wrap: (shown: unknown[]) => unknown = (shown) => shown,
): Promise<Answer> {
  const perPage = Math.min(maxPerPage, positive(call.query.get("per_page")) ?? defaultPerPage);
  const number = positive(call.query.get("page")) ?? 1;
  const last = Math.max(1, Math.ceil(items.length / perPage));
  const shown = await Promise.all(items.slice((number - 1) * perPage, number * perPage).map(shape));
  const links: Record<string, number> = {};
  if (number > 1) Object.assign(links, { prev: Math.min(number - 1, last) });
  if (number < last) Object.assign(links, { next: number + 1, last });
  if (number > 1) Object.assign(links, { first: 1 });
  return { ...ok(wrap(shown)), headers: linkHeader(call.url, links) };
}

/** Builds a Link header from relation → page number. Empty when there is nothing to link. */
function linkHeader(url: URL, links: Record<string, number>): Record<string, string> {
  const parts = Object.entries(links).map(([relation, number]) => {
    const target = new URL(url);
    target.searchParams.set("page", String(number));
    return `<${target.href}>; rel="${relation}"`;
  });
  return parts.length === 0 ? {} : { link: parts.join(", ") };
}

function positive(text: string | null): number | null {
  const value = Number(text ?? Number.NaN);
  return Number.isInteger(value) && value > 0 ? value : null;
}
