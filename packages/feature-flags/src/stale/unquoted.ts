/** A text without quotes, and where it begins. */
export interface Unquoted {
  readonly text: string;
  readonly at: number;
}

/** How a language writes texts without quotes. */
export type UnquotedTexts = (text: string) => Iterable<Unquoted>;

/** Texts without quotes, by the ending of a file's name. */
const BY_ENDING: Readonly<Partial<Record<string, UnquotedTexts>>> = {
  yaml: plainScalars,
  yml: plainScalars,
  html: attributes,
  htm: attributes,
  vue: attributes,
  svelte: attributes,
  rb: symbols,
  erb: symbols,
};

/** How the language of a file writes texts without quotes; `undefined` if it doesn't. */
export function unquotedIn(file: string): UnquotedTexts | undefined {
  const ending = file.slice(file.lastIndexOf('.') + 1).toLowerCase();
  return Object.hasOwn(BY_ENDING, ending) ? BY_ENDING[ending] : undefined;
}

/** Values and items of YAML. Keys are none: other files of flags have the same ones. */
function* plainScalars(text: string): Iterable<Unquoted> {
  let lineStart = 0;
  for (const line of text.split('\n')) {
    const comment = line.search(/(?:^|\s)#/);
    const body = comment < 0 ? line : line.slice(0, comment);
    let partStart = 0;
    for (const part of body.split(/[,[\]{}]/)) {
      const value = part.slice(part.lastIndexOf(': ') < 0 ? 0 : part.lastIndexOf(': ') + 2);
      yield { text: value.replace(/^[\s-]*\s/, '').trim(), at: lineStart + partStart };
      partStart += part.length + 1;
    }
    lineStart += line.length + 1;
  }
}

/** Values of attributes in HTML. */
function* attributes(text: string): Iterable<Unquoted> {
  for (const { 1: value = '', index } of text.matchAll(/=([^\s"'`=<>]+)/g))
    yield { text: value.replace(/\/$/, ''), at: index };
}

/** Symbols of Ruby. */
function* symbols(text: string): Iterable<Unquoted> {
  for (const { 1: name = '', index } of text.matchAll(/:([A-Za-z_]\w*)/g)) yield { text: name, at: index };
}
