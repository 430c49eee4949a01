import { readFile } from 'node:fs/promises';

/** What programs need to find their way, and nothing that whoever starts them may have in the environment by chance, such as passwords. */
const PASSED_ON = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TMPDIR'];
/** Our own programs begin in a third of the time with it. */
const KEEPERS_TOO = ['NODE_COMPILE_CACHE'];

/** The part of an environment that is passed on to services. */
export function baseEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  return chosen(environment, PASSED_ON);
}

/** The part that supervisor and proxy get. */
export function keeperEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  return chosen(environment, [...PASSED_ON, ...KEEPERS_TOO]);
}

function chosen(environment: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name): [string, string][] => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Reads a file of variables as systemd does. @returns None when it is not there and its name begins with `-`. */
export async function readEnvironmentFile(path: string): Promise<Record<string, string>> {
  const isOptional = path.startsWith('-');
  try {
    return parseEnvironmentFile(await readFile(isOptional ? path.slice(1) : path, 'utf8'));
  } catch (error) {
    if (isOptional && (error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

/** A name, `=`, and pieces: in single quotes, in double quotes, escaped or bare. */
const PIECE = /'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"|\\([\s\S])|([^'"\\\n]+)/gy;
const NAME = /^(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*/;

/**
 * The variables of such a file by the rules of systemd.exec(5), `EnvironmentFile=`: lines of `NAME=value`; `#` and `;` begin comments; values may be in quotes, which may
 * go over lines; a backslash at the end of a line joins it with the next one. `export` before a name, which shells want, is passed over.
 */
export function parseEnvironmentFile(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  let rest = text.replaceAll('\r\n', '\n').replace(/^\u{FEFF}/u, '');
  while (rest !== '') {
    rest = rest.replace(/^[ \t\n]+/, '');
    const name = NAME.exec(rest);
    if (name === null) {
      // A comment, or a line that says nothing.
      const end = rest.indexOf('\n');
      rest = end === -1 ? '' : rest.slice(end + 1);
      continue;
    }
    const { value, length } = valueAt(rest.slice(name[0].length));
    variables[name[1] as string] = value;
    rest = rest.slice(name[0].length + length);
  }
  return variables;
}

function valueAt(text: string): { readonly value: string; readonly length: number } {
  let value = '';
  let length = 0;
  // Blanks at the end of a bare value are none of it.
  let bareEnd = '';
  PIECE.lastIndex = 0;
  for (let match = PIECE.exec(text); match !== null; match = PIECE.exec(text)) {
    length = PIECE.lastIndex;
    const [, single, double, escaped, bare] = match;
    value += bareEnd;
    bareEnd = '';
    if (single !== undefined) value += single;
    else if (double !== undefined) value += double.replaceAll(/\\([\s\S])/g, unescapedInQuotes);
    else if (escaped !== undefined) value += escaped === '\n' ? '' : escaped;
    else if (bare !== undefined) {
      const kept = bare.replace(/[ \t]+$/, '');
      value += kept;
      bareEnd = bare.slice(kept.length);
    }
  }
  return { value, length };
}

/** In double quotes a backslash escapes these alone. */
const unescapedInQuotes = (whole: string, next: string): string =>
  next === '\n' ? '' : '"\\`$'.includes(next) ? next : whole;
