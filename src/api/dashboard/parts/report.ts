// Markdown that agents wrote, as markup that can do nothing.
import { raw } from "hono/html";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

/** More than this is shown as the text that it is. */
export const maxReportChars = 200_000;

/**
 * micromark keeps raw HTML as text and drops every address but http, https, mailto and relative ones
 * (github.com/micromark/micromark, "Security"). A picture becomes a link: nothing is fetched because somebody looks.
 */
export function report(markdown: string) {
  const made = micromark(markdown.slice(0, maxReportChars), {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });
  return raw(
    made
      // What micromark writes between quotes has no quote in it.
      .replaceAll(
        /<img src="([^"]*)" alt="([^"]*)"[^>]*>/g,
        (_all, src: string, alt: string) => `<a href="${src}">${alt === "" ? "picture" : alt}</a>`,
      )
      .replaceAll('<a href="', '<a rel="noopener noreferrer nofollow" href="')
      .replaceAll(/<input type="checkbox" disabled=""( checked="")? \/>/g, (_all, checked) =>
        checked === undefined ? "☐" : "☑",
      ),
  );
}
