import { shown } from '../errors.ts';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, fileFailure } from '../artifact/file-failure.ts';
import { DIRECTORY, invalidIntent } from './intent.ts';

/** That a repository makes pre-releases, as changesets keeps it in `pre.json`. */
export interface PreMode {
  /** What changesets calls the tag: `beta`. */
  readonly channel: string;
  /** Whether the next release is for everybody again. */
  readonly isLeaving: boolean;
}

/** Its content, with what older versions of changesets keep there. */
interface PreFile extends PreMode {
  /** Intents that a pre-release had, where they do not lie in `pre`. */
  readonly ids: readonly string[];
}

/**
 * Reads whether changesets is in its pre mode; `undefined` where it is not.
 *
 * Nothing of this package goes by it: a release names its channel. Ask here before a release without one, so that a repository that is
 * still in pre mode is not released to everybody by mistake.
 *
 * @throws {VersioningError} `INVALID_INTENT` for a `pre.json` that is damaged; `READ_FAILED`.
 * @example
 * ```ts
 * import { readPreMode } from '@x/versioning';
 *
 * const mode = await readPreMode({ folder: '.' });
 * const channel = mode === undefined || mode.isLeaving ? undefined : mode.channel;
 * console.log(channel ?? 'for everybody');
 * ```
 */
export async function readPreMode({
  folder,
  directory = DIRECTORY,
}: {
  readonly folder: string;
  readonly directory?: string | undefined;
}): Promise<PreMode | undefined> {
  const read = await readPreFile(folder, directory);
  return read === undefined ? undefined : { channel: read.channel, isLeaving: read.isLeaving };
}

/** @throws {VersioningError} as {@link readPreMode}. */
export async function readPreFile(folder: string, directory: string): Promise<PreFile | undefined> {
  const path = join(folder, directory, 'pre.json');
  const file = `${directory}/pre.json`;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw fileFailure('READ_FAILED', 'a file that can be read', { path, cause });
  }
  const hint = 'Let changesets write it again: `changeset pre exit`, then `changeset pre enter`.';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalidIntent(file, { expected: 'JSON', got: shown(text), hint, cause });
  }
  const { mode, tag, changesets = [] } = (value ?? {}) as Record<string, unknown>;
  if (mode !== 'pre' && mode !== 'exit') {
    throw invalidIntent(file, { expected: 'the mode "pre" or "exit"', got: shown(mode), hint });
  }
  if (typeof tag !== 'string') throw invalidIntent(file, { expected: 'a tag', got: shown(tag), hint });
  if (!Array.isArray(changesets) || !changesets.every((id): id is string => typeof id === 'string')) {
    throw invalidIntent(file, { expected: 'a list of names as changesets', got: 'something else', hint });
  }
  return { channel: tag, isLeaving: mode === 'exit', ids: changesets };
}
