import { checkDefinitions } from '../definition/check-definitions.ts';
import { invalidFlags } from '../definition/invalid-flags.ts';
import { parseFlags } from '../definition/parse-flags.ts';
import type { FlagDefinitions } from '../definition/model.ts';
import { isSame } from './changes.ts';

/** Flags as somebody wrote them, with their comments. */
export interface FlagDocument {
  readonly format: 'json' | 'yaml';
  readonly text: string;
}

/** Flags as they are, and as they are written. */
export interface FlagsState {
  readonly definitions: FlagDefinitions;
  readonly document: FlagDocument;
}

export const EMPTY_DOCUMENT: FlagDocument = { format: 'json', text: '{\n  "flags": {}\n}\n' };

/**
 * The document that says `after` instead of `before`. Comments and order of what did not change stay, and so do indentation, line ends and a byte
 * order mark; layout beyond that may be made even.
 *
 * @throws {FlagError} `INVALID_FLAGS`, `FLAGS_TOO_LARGE`: of what would come out.
 */
export async function rewritten(
  { format, text }: FlagDocument,
  before: FlagDefinitions,
  after: FlagDefinitions,
): Promise<FlagsState> {
  // As JSON has it: what is undefined is not there.
  const wanted = plain(after);
  for (const made of candidates(format, text, { before, wanted })) {
    const document = { format, text: likeBefore(text, await made) };
    // Whoever changes flags leaves none behind that are wrong, also if they were before.
    const definitions = await parseFlags(document.text, { format, strict: true });
    if (isSame(definitions, wanted)) return { document, definitions };
  }
  throw new Error('Flags that were written say something else than they should');
}

/** @throws {FlagError} `INVALID_FLAGS` where it is nested so deep that it can't be written. */
function plain(definitions: FlagDefinitions): FlagDefinitions {
  try {
    return JSON.parse(JSON.stringify(definitions)) as FlagDefinitions;
  } catch (cause) {
    const problems = checkDefinitions(definitions);
    throw problems.length === 0 ? cause : invalidFlags(problems);
  }
}

/** Texts to try, the one that keeps most first. */
function* candidates(
  format: FlagDocument['format'],
  text: string,
  { before, wanted }: { readonly before: FlagDefinitions; readonly wanted: FlagDefinitions },
): Generator<string | Promise<string>> {
  if (format === 'json') {
    yield jsonText(wanted, text);
    return;
  }
  const yaml = import('./yaml-document.ts');
  yield yaml.then(({ editYaml }) => editYaml(text, before, wanted));
  // Aliases may change in one place what is meant in another: then each gets a copy of its own.
  yield yaml.then(({ editYaml }) => editYaml(text, before, wanted, { expandsAliases: true }));
  yield yaml.then(({ writeYaml }) => writeYaml(wanted));
}

function jsonText(value: unknown, like: string): string {
  const [, indent = '  '] = /^\uFEFF?[[{]\r?\n([ \t]+)\S/.exec(like) ?? [];
  return `${JSON.stringify(value, undefined, indent)}\n`;
}

function likeBefore(before: string, after: string): string {
  const lines = before.includes('\r\n') ? after.replaceAll(/\r?\n/g, '\r\n') : after;
  return before.startsWith('\uFEFF') && !lines.startsWith('\uFEFF') ? `\uFEFF${lines}` : lines;
}
