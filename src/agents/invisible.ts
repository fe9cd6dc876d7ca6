// Characters that a person doesn't see and a model reads.

/**
 * Format and unassigned-but-ignorable characters (Unicode 17, Default_Ignorable_Code_Point and general category Cf:
 * zero width, bidirectional controls, tag characters, soft hyphen, Hangul fillers, variation selectors …), control
 * characters other than tab and line ends, private use, lone surrogates and the Braille blank.
 */
const candidate = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u2800]|(?![\t\n])\p{Cc}/gu;

/** A joiner or U+FE0F inside of an emoji, and a flag's tag characters as Unicode lists them, are seen. */
const emoji =
  /\p{RI}{2}|[#*0-9]\uFE0F?\u20E3|\p{Emoji}(?:\p{EMod}|\uFE0F)?(?:\u200D\p{Extended_Pictographic}(?:\p{EMod}|\uFE0F)?)+|\p{Extended_Pictographic}\uFE0F/gu;

/** Numeric and the few named references to such characters, as HTML writes them. */
const reference =
  /&(?:#x0*([0-9a-f]{1,6})|#0*([0-9]{1,7})|(shy|zwj|zwnj|lrm|rlm|ZeroWidthSpace|NegativeThinSpace|NoBreak|InvisibleTimes|InvisibleComma|ApplyFunction));/gi;

/** The text without what can't be seen; line separators become line ends. Idempotent. */
export function stripInvisible(text: string): string {
  const normal = text.replaceAll(/\r\n?|[\u2028\u2029]/g, "\n");
  return replaceOutsideEmoji(normal, () => "").replaceAll(reference, (whole: string, hex, decimal) => {
    if (hex === undefined && decimal === undefined) return " ";
    const point = Number.parseInt(String(hex ?? decimal), hex === undefined ? 10 : 16);
    return point <= 0x10ffff && isInvisible(String.fromCodePoint(point)) ? " " : whole;
  });
}

/** The same characters made visible, as `[U+200B]`: for code under review, where they must not go unseen. */
export function revealInvisible(text: string): string {
  const normal = text.replaceAll("\r\n", "\n");
  return replaceOutsideEmoji(normal, (character) => {
    const point = character.codePointAt(0) ?? 0;
    return `[U+${point.toString(16).toUpperCase().padStart(4, "0")}]`;
  });
}

/** Whether any such character is left outside of emoji. */
export function hasInvisible(text: string): boolean {
  return stripInvisible(text) !== text;
}

function isInvisible(character: string): boolean {
  return character.match(candidate) !== null;
}

function replaceOutsideEmoji(text: string, replace: (character: string) => string): string {
  let done = "";
  let from = 0;
  for (const match of text.matchAll(emoji)) {
    done += text.slice(from, match.index).replaceAll(candidate, replace) + match[0];
    from = match.index + match[0].length;
  }
  return done + text.slice(from).replaceAll(candidate, replace);
}
