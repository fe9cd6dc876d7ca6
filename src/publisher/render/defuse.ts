// What must not be live in an agent's text outside of code. Each rule changes nothing when applied again.
import { gap } from "./plain.ts";

/** A stretch that everybody reads as text. */
export function defuseText(text: string, imageHosts: readonly string[]): string {
  const quiet = withoutCommands(
    withoutMentions(withoutForeignImages(withoutFootnotes(withoutHtml(text)), imageHosts)),
  );
  // Headings smaller than the comment's own.
  return quiet.replaceAll(/^( {0,3})#{1,3}(?=[ \t])/gm, "$1####");
}

/** A stretch that CommonMark reads as code and GitHub may read as text: what is added must look right as both. */
export function defuseDoubtful(text: string): string {
  return withoutMentions(withoutFootnotes(text))
    .replaceAll(/<(?=[A-Za-z/!?])/g, `<${gap}`)
    .replaceAll(/!(?=\[)/g, `!${gap}`)
    .replaceAll(/^([ \t]*)\/(?=agent)/gim, `$1/${gap}`);
}

/** Comments and folds go, other tags are shown as they were typed; line breaks and links in brackets stay. */
function withoutHtml(text: string): string {
  return (
    text
      .replaceAll(/<!--[^]*?(?:-->|$)/g, "")
      // Alone on its line it would open a block of raw HTML; there it breaks nothing anyway.
      .replaceAll(/<br ?\/?>(?=[ \t]*(?:\n|$))/gi, "")
      .replaceAll(/<\/?(?:details|summary)\b[^<>]*>/gi, "")
      .replaceAll(/<(?=[A-Za-z/!?])(?!br ?\/?>|https?:\/\/[^\s<>@]*>)/gi, "&lt;")
  );
}

/** A footnote takes in what is indented below it, code or fence, and CommonMark knows nothing of it. */
function withoutFootnotes(text: string): string {
  return text.replaceAll(/\[(?=\^)/g, `[${gap}`);
}

/**
 * GitHub notifies whoever is named in the rendered text, so a spelled-out "@" counts too. In the address of a web
 * page it is encoded, so that the link still leads where it led (RFC 3986, section 2.1).
 * https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#mentioning-people-and-teams
 */
function withoutMentions(text: string): string {
  return text
    .replaceAll(/&(?:#0*64|#x0*40|commat);/gi, "@")
    .replaceAll(/https?:\/\/[^\s<>]*/gi, (address) => address.replaceAll("@", "%40"))
    .replaceAll(/(?<![A-Za-z0-9])@(?=[A-Za-z0-9&])/g, `@${gap}`);
}

/** A picture is fetched for everybody who reads; its address can carry out what the agent saw. */
function withoutForeignImages(text: string, imageHosts: readonly string[]): string {
  return text.replaceAll(/!\[(\](?=\())?/g, (found, empty: string | undefined, at: number, all: string) => {
    const address = /^!\[[^[\]\n]*\]\((https:\/\/[^\s()<>\\]+)\)/.exec(all.slice(at, at + 3000))?.[1];
    if (address !== undefined && imageHosts.includes(hostOf(address))) return found;
    return empty === undefined ? "[" : "[picture]";
  });
}

function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).host : "";
}

/** A line that would be a command to Patchbay when somebody quotes it. */
function withoutCommands(text: string): string {
  return text.replaceAll(
    /^([ \t]*(?:(?:>|[-*+]|\d{1,9}[.)])[ \t]*)*)(?:\\?\/|&#0*47;|&#x0*2f;|&sol;)agent(?![A-Za-z0-9_-])/gim,
    "$1`/agent`",
  );
}
