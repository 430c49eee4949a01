import { VersioningError } from '../../errors.ts';

/** Of `shared/.env`, in bytes. */
const MOST_BYTES = 1024 * 1024;

const ASSIGNMENT = /[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*/y;
const NOTHING = /(?:[ \t]*|#(?:[^\n]*[^\\\n])?)(?:\n|$)/y;
const SINGLE = /'([^']*)'[ \t]*(?:\n|$)/y;
const DOUBLE = /"([^"\\]*)"[ \t]*(?:\n|$)/y;
const BARE = /((?!["'`])[^#\\\n]*)(?:\n|$)/y;

/**
 * Reads a text of variables as dotenv, `node --env-file` and systemd's `EnvironmentFile=` read it. What they would read differently is an error: a
 * secret that only one of them has right is found when it is too late.
 *
 * @param file What errors call it.
 * @throws {VersioningError} `INVALID_ENV_FILE` with the line, without what stands there.
 */
export function parseEnv(text: string, file: string): ReadonlyMap<string, string> {
  if (text.length > MOST_BYTES) throw invalid(file, 1, `at most ${MOST_BYTES} bytes`);
  const source = text.replaceAll('\r\n', '\n');
  const variables = new Map<string, string>();
  for (let at = 0; at < source.length;) {
    const nothing = matchAt(NOTHING, source, at);
    if (nothing !== undefined && nothing[0] !== '') {
      at += nothing[0].length;
      continue;
    }
    const line = source.slice(0, at).split('\n').length;
    const assignment = matchAt(ASSIGNMENT, source, at);
    if (assignment === undefined) throw invalid(file, line, 'NAME=value, a comment or nothing');
    at += assignment[0].length;
    const [name, value, length] = valueAt(source, at, { file, line, name: assignment[1] ?? '' });
    variables.set(name, value);
    at += length;
  }
  return variables;
}

function valueAt(
  source: string,
  at: number,
  { file, line, name }: { readonly file: string; readonly line: number; readonly name: string },
): readonly [name: string, value: string, length: number] {
  const quoted = matchAt(SINGLE, source, at) ?? matchAt(DOUBLE, source, at);
  const found = quoted ?? matchAt(BARE, source, at);
  const value = quoted?.[1] ?? found?.[1]?.trim();
  // Node takes the next line for a value of blanks alone, and other blanks than these are no blanks to some.
  const isBlank = quoted === undefined && value === '' && source[at - 1] !== '=';
  const isOdd = quoted === undefined && value !== found?.[1]?.replaceAll(/^[ \t]+|[ \t]+$/g, '');
  // dotenv takes a quote behind a backslash for no end.
  if (found === undefined || value === undefined || value.endsWith('\\') || isBlank || isOdd)
    throw invalid(file, line, `a value of ${name} that all readers understand alike`);
  return [name, value, found[0].length];
}

function matchAt(pattern: RegExp, source: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source) ?? undefined;
}

function invalid(file: string, line: number, expectation: string): VersioningError {
  return new VersioningError(
    'INVALID_ENV_FILE',
    `Expected ${expectation} in line ${line} of ${file}, got something else`,
    {
      hint: "Put the value in single quotes, without `'` and without a backslash at its end; comments begin with # in a line of their own.",
      place: { file, line },
    },
  );
}
