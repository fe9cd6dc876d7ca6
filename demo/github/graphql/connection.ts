// GraphQL's lists in pages (relay.dev/graphql/connections.htm).

export interface ConnectionArguments {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
}

/** One page of `items` as a connection; `node` is only called for what is shown. */
export function connection<T>(items: readonly T[], page: ConnectionArguments, node: (item: T) => object) {
  if (page.first == null && page.last == null) {
    throw new Error("You must provide a `first` or `last` value to properly paginate the connection.");
  }
  let from = page.after == null ? 0 : position(page.after) + 1;
  let to = page.before == null ? items.length : position(page.before);
  if (page.first != null) to = Math.min(to, from + page.first);
  if (page.last != null) from = Math.max(from, to - page.last);
  const shown = items.slice(from, to).map((item, at) => ({ node: node(item), cursor: cursor(from + at) }));
  return {
    totalCount: items.length,
    nodes: shown.map((edge) => edge.node),
    edges: shown,
    pageInfo: {
      startCursor: shown[0]?.cursor ?? null,
      endCursor: shown.at(-1)?.cursor ?? null,
      hasNextPage: to < items.length,
      hasPreviousPage: from > 0,
    },
  };
}

const cursor = (at: number): string => Buffer.from(`cursor:${at}`).toString("base64");
const position = (text: string): number => Number(Buffer.from(text, "base64").toString("utf8").split(":")[1]);
