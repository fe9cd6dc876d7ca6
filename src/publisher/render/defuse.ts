// What must not be live in an agent's text outside of code. Each rule changes nothing when applied again.
import { gap } from "./plain.ts";

/** A stretch that everybody reads as text. */
export function defuseText(text: string, imageHosts: readonly string[]): string {
  const quiet = withoutCommands(withoutMentions(withoutForeignImages(withoutHtml(text), imageHosts)));
  // Headings smaller than the comment's own.
  return quiet.replaceAll(/^( {0,3})#{1,3}(?=[ \t])/gm, "$1####");
}

/** A stretch that CommonMark reads as code and GitHub may read as text: what is added must look right as both. */
export function defuseDoubtful(text: string): string {
  return withoutMentions(text)
    .replaceAll(/<(?=[A-Za-z/!?])/g, `<${gap}`)
    .replaceAll(/!(?=\[)/g, `!${gap}`);
}

/** Comments and folds go, other tags are shown as they were typed; line breaks and links in brackets stay. */
function withoutHtml(text: string): string {
  return text
    .replaceAll(/<!--[^]*?(?:-->|$)/g, "")
    .replaceAll(/<\/?(?:details|summary)\b[^<>]*>/gi, "")
    .replaceAll(/<(?=[A-Za-z/!?])(?!br ?\/?>|https?:\/\/[^\s<>@]*>)/gi, "&lt;");
}

/**
 * GitHub notifies whoever is named in the rendered text, so a spelled-out "@" counts too. Addresses of web pages
 * stay whole: nobody is looked for in a link.
 * https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#mentioning-people-and-teams
 */
function withoutMentions(text: string): string {
  return text
    .replaceAll(/&(?:#0*64|#x0*40|commat);/gi, "@")
    .replaceAll(
      /(?<=^|[\s(])https?:\/\/(?:[a-z0-9-]+\.)+[a-z]{2,}\/[\w.~/%+@-]*|(?<![A-Za-z0-9])@(?=[A-Za-z0-9&])/gim,
      (found) => (found === "@" ? `@${gap}` : found),
    );
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
  return text.replaceAll(/^([ \t]*)(?:\\?\/|&#0*47;|&#x0*2f;|&sol;)agent(?![A-Za-z0-9_-])/gim, "$1`/agent`");
}
