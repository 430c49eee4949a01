/** Functions that ask for a flag: those of this package and of OpenFeature's clients, in small letters and without underscores. */
const ASKING =
  /^(?:isenabled|(?:get|fetch)(?:boolean|string|number|object|integer|int|double|float)(?:value|details)|use(?:(?:boolean|string|number|object)?flag(?:value|details)?))$/;
/** Names that many things have: these have to be called on something that is about flags. */
const COMMON = /^(?:evaluate|boolean|string|number|object|explain)$/;
const RECEIVER = /flag|feature|toggle/i;
/** OpenFeature's client for Go takes the context first: `client.BooleanValue(ctx, "new_ui", …)`. */
const AFTER_CONTEXT = /^(?:boolean|string|int|float|object)value(?:details)?$/;
/** Names that arguments have in calls of Swift, Python, Ruby and others. */
const LABELS = /^(?:key|flagkey|name|flag)$/;

/** The name of a flag, as opposed to a sentence. */
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.:/-]{0,199}$/u;

/** Whether a text in quotes is the name of a flag that a call asks for. `start` and `end` are the places of its quotes. */
export function isAskedFor(text: string, start: number, end: number): boolean {
  const after = text[skipBlank(text, end + 1, 1)];
  // What goes on is put together, and not known.
  if (after !== ')' && after !== ',') return false;
  let at = skipLabel(text, skipBlank(text, start - 1, -1));
  let asking = ASKING;
  if (text[at] === ',') {
    at = skipBlank(text, wordStart(text, skipCall(text, skipBlank(text, at - 1, -1)), /[\w$.]/), -1);
    asking = AFTER_CONTEXT;
  }
  if (text[at] !== '(') return false;
  const nameEnd = skipTypes(text, skipBlank(text, at - 1, -1));
  const nameStart = wordStart(text, nameEnd, /[\w$]/);
  const name = plainName(text.slice(nameStart + 1, nameEnd + 1));
  const isAsking = asking.test(name) || (COMMON.test(name) && RECEIVER.test(receiverOf(text, nameStart)));
  return isAsking && NAME.test(text.slice(start + 1, end));
}

const plainName = (name: string): string =>
  name
    .replaceAll('_', '')
    .toLowerCase()
    .replace(/async$/, '');

/** No call is longer. */
const FARTHEST = 200;

/** The next place from there that is not blank, forwards or backwards. */
function skipBlank(text: string, from: number, step: 1 | -1): number {
  let at = from;
  while (Math.abs(at - from) < FARTHEST && /\s/.test(text[at] ?? '.')) at += step;
  return at;
}

/** The place before the word that ends there. */
function wordStart(text: string, end: number, letters: RegExp): number {
  let at = end;
  while (end - at < FARTHEST && letters.test(text[at] ?? ' ')) at--;
  return at;
}

/** `key: "new_ui"` and `flag_key="new_ui"`. */
function skipLabel(text: string, at: number): number {
  if (text[at] !== ':' && text[at] !== '=') return at;
  const end = skipBlank(text, at - 1, -1);
  const start = wordStart(text, end, /\w/);
  return LABELS.test(plainName(text.slice(start + 1, end + 1))) ? skipBlank(text, start, -1) : at;
}

/** The empty parentheses of `context.Background()`. */
function skipCall(text: string, at: number): number {
  return text[at] === ')' && text[at - 1] === '(' ? at - 2 : at;
}

/** The types of a call, as `evaluate<boolean>(`. */
function skipTypes(text: string, at: number): number {
  if (text[at] !== '>') return at;
  const start = text.lastIndexOf('<', at);
  return start < at - FARTHEST || start < 0 ? at : start - 1;
}

/** What a method is called on: the last name before it. */
function receiverOf(text: string, nameStart: number): string {
  const dots = /(?:\?\.|!!\.|!\.|->|::|\.)\s*$/.exec(text.slice(Math.max(0, nameStart - 9), nameStart + 1));
  if (dots === null) return '';
  let end = skipBlank(text, nameStart - dots[0].length, -1);
  end = skipCall(text, end);
  return text.slice(wordStart(text, end, /[\w$]/) + 1, end + 1);
}
