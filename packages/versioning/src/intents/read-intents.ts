import { shown } from '../errors.ts';
import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, fileFailure } from '../artifact/file-failure.ts';
import { aheadInOrder } from '../lanes.ts';
import type { ChangeTypes } from '../version/change-types.ts';
import { DIRECTORY, type Intent, invalidIntent, MOST_BYTES, MOST_FILES, PRE } from './intent.ts';
import { parseIntent, tooLarge } from './parse-intent.ts';
import { readPreFile } from './pre-mode.ts';

/** Options of {@link readIntents}. */
export interface ReadIntentsOptions {
  /** The root of the repository. */
  readonly folder: string;
  /** Where intents lie, from the folder. Default `.changeset`. */
  readonly directory?: string | undefined;
  /** What types of one's own raise. */
  readonly types?: ChangeTypes | undefined;
}

/**
 * Reads the intents of a repository, sorted by name. One that can't be understood is an error, never left out.
 *
 * Every file `*.md` is one, and those in `pre`, which an earlier pre-release had. Left out are `README.md`, hidden files, and guides: names in
 * capitals without front matter. No directory at all is no intent, since git does not keep an empty one.
 *
 * @throws {VersioningError} `INVALID_INTENT` for a file that can't be understood, more than 10,000 files, or one larger than 1 MiB;
 * `READ_FAILED`.
 * @example
 * ```ts
 * import { notesOfIntents, planVersion, readIntents } from '@x/versioning';
 *
 * const notes = notesOfIntents(await readIntents({ folder: '.' }), { package: '@acme/shop' });
 * console.log(planVersion('1.2.3', notes).reason);
 * ```
 */
export async function readIntents(options: ReadIntentsOptions): Promise<readonly Intent[]> {
  const { folder, directory = DIRECTORY, types } = options;
  const base = join(folder, directory);
  const names = await namesIn(base, folder);
  if (names.length === 0) return [];
  if (names.length > MOST_FILES) {
    throw invalidIntent(directory, { expected: `at most ${MOST_FILES} files`, got: shown(names.length) });
  }
  const released = new Set((await readPreFile(folder, directory))?.ids);
  const read = async (name: string): Promise<Intent | undefined> => {
    const file = `${directory.replaceAll('\\', '/').replace(/\/+$/, '')}/${name}`;
    const text = await readText(join(base, name), file);
    if (isGuide(name, text)) return undefined;
    const id = name.replace(/\.md$/, '');
    return { ...parseIntent(text, { file, types }), id, isPreReleased: id.startsWith(PRE) || released.has(id) };
  };
  const intents: Intent[] = [];
  for await (const intent of aheadInOrder(names, read)) {
    if (intent !== undefined) intents.push(intent);
  }
  return intents;
}

async function namesIn(base: string, folder: string): Promise<readonly string[]> {
  const above = await listed(base);
  // A folder that is misspelt is no folder without intents.
  if (above === undefined && (await listed(folder)) === undefined) {
    throw await stat(folder).catch((cause: unknown) => failure(folder, cause));
  }
  const before = (await listed(join(base, PRE))) ?? [];
  // In the order of bytes, which is the same on every machine.
  return [...(above ?? []), ...before.map((name) => `${PRE}${name}`)].toSorted((a, b) => (a < b ? -1 : 1));
}

/** Files that may be intents; `undefined` where there is no folder. */
async function listed(path: string): Promise<readonly string[] | undefined> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    const files = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
    return files.filter((name) => name.endsWith('.md') && !name.startsWith('.') && !/^readme\.md$/i.test(name));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw failure(path, error);
  }
}

async function readText(path: string, file: string): Promise<string> {
  let bytes: Buffer;
  try {
    const stats = await lstat(path);
    // What a link leads to is not in the commit, and a release that uses the intent up could not take the link's place.
    if (!stats.isFile()) {
      const got = stats.isSymbolicLink() ? 'a link' : 'something else';
      throw invalidIntent(file, { expected: 'a file', got, hint: 'Put a file in its place.' });
    }
    if (stats.size > MOST_BYTES) throw tooLarge(file);
    bytes = await readFile(path);
  } catch (error) {
    throw failure(path, error);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw invalidIntent(file, { expected: 'UTF-8', got: 'other bytes', hint: 'Save it as UTF-8.', cause });
  }
}

/** A text for people beside the intents, as teams put it there. */
const isGuide = (name: string, text: string): boolean => /^[A-Z_]+\.md$/.test(name) && !/^\s*---/.test(text);

const failure = (path: string, cause: unknown): unknown =>
  fileFailure('READ_FAILED', 'a file that can be read', { path, cause });
