import { checkDefinitions } from '../definition/check-definitions.ts';
import { invalidFlags } from '../definition/invalid-flags.ts';
import { parseFlags } from '../definition/parse-flags.ts';
import type { FlagDefinitions } from '../definition/model.ts';
import { repeatsIn } from '../definition/remembered.ts';
import { partOf } from '../definition/report.ts';
import { FlagError, type FlagProblem } from '../errors.ts';
import { isSame } from './changes.ts';
import { writeJson } from './json-document.ts';
import { type KeptParts, keptParts } from './kept-parts.ts';

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

/** What flags are to be. */
export interface WantedFlags {
  readonly after: FlagDefinitions;
  /** The flags that are edited; `undefined`: everything. */
  readonly touched?: ReadonlySet<string> | undefined;
}

/**
 * The document that says `after` instead of `before`. Comments and order of what did not change stay, and so do indentation, line ends and a byte
 * order mark; layout beyond that may be made even. Of what is wrong and not edited, the text stays as it is.
 *
 * @throws {FlagError} `INVALID_FLAGS`, `FLAGS_TOO_LARGE`: of what would come out.
 */
export async function rewritten(
  { format, text }: FlagDocument,
  before: FlagDefinitions,
  { after, touched }: WantedFlags,
): Promise<FlagsState> {
  // As JSON has it: what is undefined is not there.
  const wanted = touched === undefined ? plain(after) : plainIn(after, touched);
  const kept = touched === undefined ? NONE : keptParts(before, touched);
  const repeats = partsOf(repeatsIn(after));
  for (const made of candidates({ format, text }, { before, wanted, kept })) {
    const state = await stateOf({ format, text: likeBefore(text, await made) }, { isStrict: touched === undefined });
    if (state === undefined || !isSame(state.definitions, wanted)) continue;
    // What stands twice is no part of what a text means, and may not get lost.
    if (isSame(partsOf(repeatsIn(state.definitions)), repeats)) return state;
  }
  if (kept.size === 0) throw new Error('Flags that were written say something else than they should');
  throw new FlagError('INVALID_FLAGS', `Expected mistakes that can stay as they are, got ${[...kept].join(', ')}`, {
    hint: 'Mend these by hand; then flags can be changed again.',
  });
}

const NONE: KeptParts = new Set();

const partsOf = (problems: readonly FlagProblem[]): readonly string[] =>
  [...new Set(problems.map(({ path }) => partOf(path)))].toSorted();

/** What a document says; `undefined` if nothing can be read from it, though it need not be good altogether. */
async function stateOf(
  document: FlagDocument,
  { isStrict }: { readonly isStrict: boolean },
): Promise<FlagsState | undefined> {
  try {
    const definitions = await parseFlags(document.text, { format: document.format, strict: isStrict });
    return { document, definitions };
  } catch (error) {
    if (isStrict || (error as { readonly code?: unknown }).code !== 'INVALID_FLAGS') throw error;
    return undefined;
  }
}

/** @throws {FlagError} `INVALID_FLAGS` where it is nested so deep that it can't be written. */
function plain(definitions: FlagDefinitions): FlagDefinitions {
  try {
    return asJson(definitions) as FlagDefinitions;
  } catch (cause) {
    const problems = checkDefinitions(definitions);
    throw problems.length === 0 ? cause : invalidFlags(problems);
  }
}

/** Only of the flags that are edited: the others were read from a text. */
function plainIn(definitions: FlagDefinitions, touched: ReadonlySet<string>): FlagDefinitions {
  const flags = Object.entries(definitions.flags).map(([key, flag]) => [key, touched.has(key) ? asJson(flag) : flag]);
  return { ...definitions, flags: Object.fromEntries(flags) as FlagDefinitions['flags'] };
}

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** What texts are made from. */
interface Sources {
  readonly before: FlagDefinitions;
  readonly wanted: FlagDefinitions;
  readonly kept: KeptParts;
}

/** Texts to try, the one that keeps most first. */
function* candidates(
  { format, text }: FlagDocument,
  { before, wanted, kept }: Sources,
): Generator<string | Promise<string>> {
  if (format === 'json') {
    yield writeJson(wanted, text, kept);
    return;
  }
  const yaml = import('./yaml-document.ts');
  const change = { before, after: wanted };
  if (kept.size > 0) yield yaml.then(({ editYaml }) => editYaml(text, change, { kept }));
  // Where a part can't stay as it is written, such as one with an explicit key, its layout is made even.
  yield yaml.then(({ editYaml }) => editYaml(text, change));
  // Aliases may change in one place what is meant in another: then each gets a copy of its own.
  yield yaml.then(({ editYaml }) => editYaml(text, change, { expandsAliases: true }));
  if (kept.size === 0) yield yaml.then(({ writeYaml }) => writeYaml(wanted));
}

function likeBefore(before: string, after: string): string {
  const lines = before.includes('\r\n') ? after.replaceAll(/\r?\n/g, '\r\n') : after;
  return before.startsWith('\uFEFF') && !lines.startsWith('\uFEFF') ? `\uFEFF${lines}` : lines;
}
