// What well-known secrets look like, for those that nobody registered.
//
// No pattern runs through square brackets, so none can run through a mask, and each has a greatest length, so
// that a stream needs to hold back only so much.

export interface Pattern {
  name: string;
  /** Strings with which the match begins; the search looks only where one of them stands. */
  anchors: readonly string[];
  /** Sticky, at an anchor. The secret is the first group, at the match's end, or else the whole match. */
  match: RegExp;
  /** Sticky, at an anchor: everything that `match` looks at. While it reaches the text's end, more may matter. */
  reach: RegExp;
  /** True for a name that also occurs inside ordinary words: then only where no word character stands before. */
  atWordStart: boolean;
  /** False for what example code is full of (`postgres://user:password@localhost`): masked, but no finding. */
  certain: boolean;
}

type Kind = Partial<Pick<Pattern, "reach" | "atWordStart" | "certain">>;

function pattern(name: string, anchors: string[], match: RegExp, reach: RegExp, kind: Kind = {}): Pattern {
  return { name, anchors, match, reach, atWordStart: false, certain: true, ...kind };
}

const pemHead = "-----BEGIN (?:[A-Z0-9]{1,16} ){0,4}PRIVATE KEY(?: BLOCK)?-----";
const pemBody = "(?:[^-\\[\\]]|-(?!----)){0,16384}";
const pemEnd = "-----END (?:[A-Z0-9]{1,16} ){0,4}PRIVATE KEY(?: BLOCK)?-----";
/** A key that is cut off: lines of base64, whatever separates them in a log, a string or a patch. */
const pemLines = "(?:(?:\\\\[nr]|[\\s\"',+>|]){0,40}[A-Za-z0-9+/=]{40,4096}){1,200}";

/**
 * https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
 * https://docs.gitlab.com/security/tokens/#token-prefixes
 * https://api.slack.com/concepts/token-types
 * https://www.rfc-editor.org/rfc/rfc7519 (JWT), https://www.rfc-editor.org/rfc/rfc7468 (PEM)
 */
export const patterns: readonly Pattern[] = [
  pattern(
    "github-token",
    ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
    /gh[pousr]_(?:[A-Za-z0-9_-]|\.(?=[A-Za-z0-9_-])){20,2048}/y,
    /gh[pousr]_[A-Za-z0-9_.-]{0,2049}/y,
  ),
  pattern(
    "github-token",
    ["github_pat_"],
    /github_pat_[A-Za-z0-9_]{20,255}/y,
    /github_pat_[A-Za-z0-9_]{0,255}/y,
  ),
  pattern("anthropic-key", ["sk-ant-"], /sk-ant-[A-Za-z0-9_-]{16,512}/y, /sk-ant-[A-Za-z0-9_-]{0,512}/y),
  pattern(
    "openai-key",
    ["sk-"],
    /sk-(?:(?:proj|svcacct|admin|None|or)-[A-Za-z0-9_-]{16,512}|[A-Za-z0-9]{20,512})/y,
    /sk-[A-Za-z0-9_-]{0,524}/y,
    { atWordStart: true },
  ),
  pattern("aws-key", ["AKIA", "ASIA"], /A[KS]IA[A-Z0-9]{16}/y, /A[KS]IA[A-Z0-9]{0,16}/y),
  pattern(
    "slack-token",
    ["xox"],
    /xox[abceoprs]-[A-Za-z0-9-]{10,512}/y,
    /xox[abceoprs]?[A-Za-z0-9-]{0,513}/y,
  ),
  pattern("slack-token", ["xapp-"], /xapp-[A-Za-z0-9-]{10,512}/y, /xapp-[A-Za-z0-9-]{0,512}/y),
  pattern("google-key", ["AIza"], /AIza[A-Za-z0-9_-]{35,64}/y, /AIza[A-Za-z0-9_-]{0,64}/y),
  pattern("gitlab-token", ["glpat-"], /glpat-[A-Za-z0-9_-]{20,255}/y, /glpat-[A-Za-z0-9_-]{0,255}/y),
  pattern("npm-token", ["npm_"], /npm_[A-Za-z0-9]{36,64}/y, /npm_[A-Za-z0-9]{0,64}/y),
  pattern(
    "jwt",
    ["eyJ"],
    /eyJ[A-Za-z0-9_-]{10,2048}\.eyJ[A-Za-z0-9_-]{5,8192}(?:\.[A-Za-z0-9_-]{1,2048})?/y,
    /eyJ[A-Za-z0-9_-]{0,2048}(?:\.[A-Za-z0-9_-]{0,8195}(?:\.[A-Za-z0-9_-]{0,2048})?)?/y,
    { atWordStart: true },
  ),
  pattern(
    "private-key",
    ["-----BEGIN"],
    new RegExp(`${pemHead}(?:${pemBody}${pemEnd}|${pemLines})`, "y"),
    new RegExp(`${pemHead}${pemBody}-{0,5}[A-Z0-9 ]{0,90}-{0,5}|-----BEGIN[A-Z0-9 ]{0,90}-{0,5}`, "y"),
  ),
  pattern(
    "authorization",
    ["uthorization", "UTHORIZATION"],
    /uthorization["']?\s{0,8}[:=]\s{0,8}["']?(?:bearer|basic|token)\s{1,8}([A-Za-z0-9._~+/=-]{6,4096})/iy,
    /uthorization["']?\s{0,8}[:=]?\s{0,8}["']?[a-z]{0,6}\s{0,8}[A-Za-z0-9._~+/=-]{0,4096}/iy,
    { certain: false },
  ),
  pattern(
    "api-key",
    ["x-api-key", "X-Api-Key", "X-API-Key", "X-API-KEY"],
    /x-api-key["']?\s{0,8}[:=]\s{0,8}["']?([A-Za-z0-9._~+/=-]{16,512})/iy,
    /x-api-key["']?\s{0,8}[:=]?\s{0,8}["']?[A-Za-z0-9._~+/=-]{0,512}/iy,
    { certain: false },
  ),
  pattern(
    "bearer-token",
    ["earer ", "EARER "],
    /earer (?=[A-Za-z._~+/=-]{0,512}\d)([A-Za-z0-9._~+/=-]{20,4096})/iy,
    /earer [A-Za-z0-9._~+/=-]{0,4096}/iy,
    { certain: false },
  ),
  pattern(
    "url-credentials",
    ["://"],
    /:\/\/([^\s/?#@:"'<>`\\[\]]{0,256}:(?![${<%*])[^\s/?#@"'<>`\\[\]]{1,512})(?=@)/y,
    /:\/\/[^\s/?#@:"'<>`\\[\]]{0,256}(?::[^\s/?#@"'<>`\\[\]]{0,513})?/y,
    { certain: false },
  ),
];
