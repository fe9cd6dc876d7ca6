// Characters that nobody sees, taken out before a command is read: what is read is what people see.

/** Ignorable and format characters, private use, halves of surrogate pairs, controls; see Unicode's UAX #44 and UTR #36. */
const hidden = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Co}\p{Cs}\u2800]|(?![\t\n])\p{Cc}/gu;

/** Inside of an emoji a joiner or U+FE0F is seen. */
const emoji =
  /[#*0-9]\uFE0F?\u20E3|\p{Emoji}(?:\p{EMod}|\uFE0F)?(?:\u200D\p{Extended_Pictographic}(?:\p{EMod}|\uFE0F)?)+|\p{Extended_Pictographic}\uFE0F/gu;

/** The text without what can't be seen, tabs and line feeds aside; U+2028 and U+2029 become spaces. */
export function withoutHidden(text: string): string {
  let shown = "";
  let at = 0;
  for (const { index, 0: kept } of text.matchAll(emoji)) {
    shown += clean(text.slice(at, index)) + kept;
    at = index + kept.length;
  }
  return shown + clean(text.slice(at));
}

function clean(text: string): string {
  return text.replaceAll(/[\u2028\u2029]/g, " ").replaceAll(hidden, "");
}
