import type { Repository } from '@x/backup-store';
import type { ModelVersion } from '../versions/version.ts';
import { contentHash } from './content-hash.ts';
import { CONTENT } from './model-source.ts';

/** How content is read. */
export interface ReadContentOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * The content of a version in pieces, in order. Each was compared with the digest that the repository has of it; whether all together are the version
 * is for the reader to compare.
 */
export async function* readContent(
  repository: Repository,
  version: ModelVersion,
  options: ReadContentOptions = {},
): AsyncIterable<Uint8Array> {
  for await (const entry of repository.contents(version.snapshot, { path: CONTENT, signal: options.signal })) {
    if (entry.content !== undefined) yield* entry.content();
  }
}

/** What is wrong with the content of a version, in a sentence; `undefined` when it is what was added. All of it is read, and nothing written. */
export async function contentDamage(
  repository: Repository,
  version: ModelVersion,
  options: ReadContentOptions = {},
): Promise<string | undefined> {
  const hash = contentHash(version.members);
  try {
    for await (const bytes of readContent(repository, version, options)) hash.update(bytes);
  } catch (error) {
    if (isDamage(error)) return error.message;
    throw error;
  }
  const found = hash.digest();
  return found === version.digest ? undefined : `Expected ${version.digest}, got ${found}`;
}

/** Codes by which the repository says that what it has is not what was stored. */
const damage: ReadonlySet<string> = new Set(['BLOB_MISSING', 'SNAPSHOT_MISSING', 'SNAPSHOT_NOT_FOUND']);

/** Whether the repository says that what it has is not what was stored. */
export function isDamage(error: unknown): error is Error {
  if (!(error instanceof Error) || !('code' in error)) return false;
  const code = String(error.code);
  return damage.has(code) || code.startsWith('OBJECT_');
}
