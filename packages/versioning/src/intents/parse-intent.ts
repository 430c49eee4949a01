import type { ChangeTypes } from '../version/change-types.ts';
import { splitFrontMatter } from './front-matter.ts';
import { DIRECTORY, type Intent, invalidIntent, MOST_BYTES, PRE } from './intent.ts';
import { readReleases } from './releases.ts';
import { summaryParts } from './summary.ts';

/** Options of {@link parseIntent}. */
export interface ParseIntentOptions {
  /** From the folder of the repository: it names the intent, and stands in errors. Default `.changeset/intent.md`. */
  readonly file?: string | undefined;
  /** What types of one's own raise. */
  readonly types?: ChangeTypes | undefined;
}

/**
 * Reads the text of an intent file: front matter that says which packages it raises, and prose for the changelog.
 *
 * What changesets reads means the same here: a level for each package, or none at all. Beyond that, a type of change may stand in the place
 * of a level (`fix`, `melhoria`, `feat!`), a mapping may have `type`, `level` and `section`, and a level or type alone is for the only
 * package of a repository.
 *
 * @throws {VersioningError} `INVALID_INTENT` with the file and the line.
 * @example
 * ```ts
 * import { parseIntent } from '@x/versioning';
 *
 * const { releases, title } = parseIntent('---\n"@acme/shop": feature\n---\n\nOrders can be exported.');
 * console.log(releases[0]?.level, title); // minor Orders can be exported.
 * ```
 */
export function parseIntent(text: string, options: ParseIntentOptions = {}): Intent {
  const { file = `${DIRECTORY}/intent.md`, types } = options;
  if (Buffer.byteLength(text) > MOST_BYTES) throw tooLarge(file);
  const parts = splitFrontMatter(text, file);
  const { title, details } = summaryParts(parts.body);
  const id = idOf(file);
  return {
    file,
    id,
    releases: readReleases(parts, { file, types }),
    summary: parts.body,
    title,
    details,
    isPreReleased: id.startsWith(PRE),
  };
}

/** The error of a file that no person wrote. */
export function tooLarge(file: string): Error {
  return invalidIntent(file, {
    expected: `at most ${MOST_BYTES} bytes`,
    got: 'more',
    hint: 'An intent says in a few paragraphs what changes for users; put the rest elsewhere and link to it.',
  });
}

function idOf(file: string): string {
  const [name = '', above] = file.split('/').toReversed();
  return `${above === 'pre' ? PRE : ''}${name.replace(/\.md$/, '')}`;
}
