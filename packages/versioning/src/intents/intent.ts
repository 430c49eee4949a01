import { VersioningError } from '../errors.ts';
import type { BumpLevel } from '../version/change-types.ts';

/** What an intent file means for one package. */
export interface IntentRelease {
  /** `undefined`: the only package of the repository, which the file need not name. */
  readonly package: string | undefined;
  readonly level: BumpLevel;
  /** As the file has it, without `!`; `undefined` where it names a level alone. */
  readonly type: string | undefined;
  /** The title that the file asks for; `undefined`: the one of its type or level. */
  readonly section: string | undefined;
  /** Where it stands in the file, from 1. */
  readonly line: number;
}

/** A file that says what a change means for users: a changeset, or one in the wider form of this package. */
export interface Intent {
  /** From the folder of the repository, with `/`: `.changeset/brave-owls-sing.md`. */
  readonly file: string;
  /** The name without `.md`: `brave-owls-sing`, or `pre/brave-owls-sing`. */
  readonly id: string;
  /** In the order of the file. Empty: nothing is released because of it. */
  readonly releases: readonly IntentRelease[];
  /** Below the front matter, as Markdown. */
  readonly summary: string;
  /** The first paragraph on one line, or the text of a heading that stands first. */
  readonly title: string;
  /** What follows the title. */
  readonly details: string | undefined;
  /** Whether an earlier pre-release had it: it lies in `pre`, or an older `pre.json` lists it. */
  readonly isPreReleased: boolean;
}

/** Where intents lie by default, so that teams that use changesets keep theirs. */
export const DIRECTORY = '.changeset';
/** Folder below it for those that a pre-release had. */
export const PRE = 'pre/';
/** The largest file, in bytes; prose is far smaller. */
export const MOST_BYTES = 1_048_576;
/** The most files of one folder. */
export const MOST_FILES = 10_000;

/** What an intent file lacks. */
export interface IntentFlaw {
  readonly expected: string;
  /** What stands there: in quotes, or in words. */
  readonly got: string;
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/**
 * The error of an intent file that can't be understood.
 *
 * @param place `.changeset/brave-owls-sing.md:2`.
 */
export function invalidIntent(place: string, { expected, got, hint, cause }: IntentFlaw): VersioningError {
  return new VersioningError('INVALID_INTENT', `Expected ${expected} at ${place}, got ${got}`, {
    cause,
    hint: hint ?? 'Between two lines of --- stands `"package-name": minor`, and below them what changes for users.',
  });
}
