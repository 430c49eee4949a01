import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, open, rename, rm, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Repository } from '@x/backup-store';
import { ModelError } from '../errors.ts';
import type { ModelVersion } from '../versions/version.ts';
import { isDamage, readContent } from './read-content.ts';
import { restoreFolder } from './restore-folder.ts';

/** How a version is restored. */
export interface RestoreContentOptions {
  /** Path of the file to write, or of the folder for a model that is one. */
  readonly to: string;
  /** Replaces what is there. Default: it is an error. */
  readonly overwrite?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a version to a file, or to a folder when it is one: under another name first, put in place when every byte was compared.
 *
 * @throws {ModelError} `TARGET_EXISTS`, `WRITE_FAILED`; `MODEL_DAMAGED` when what is stored is not what was added: nothing is left then.
 */
export async function restoreContent(
  repository: Repository,
  version: ModelVersion,
  options: RestoreContentOptions,
): Promise<void> {
  const { to, overwrite = false } = options;
  if (version.members !== undefined) return await restoreMembers(repository, version, options);
  const part = `${to}.${randomUUID()}.part`;
  try {
    await mkdir(dirname(to), { recursive: true });
    await writePart(part, { repository, version, signal: options.signal });
    if (overwrite) await rename(part, to);
    else {
      // A link is made or not, whoever else writes there meanwhile.
      await link(part, to);
      await unlink(part);
    }
  } catch (error) {
    await rm(part, { force: true });
    throw failure(error, { version, to });
  }
}

async function writePart(
  path: string,
  content: {
    readonly repository: Repository;
    readonly version: ModelVersion;
    readonly signal: AbortSignal | undefined;
  },
): Promise<void> {
  const { repository, version, signal } = content;
  const hash = createHash('sha256');
  await using handle = await open(path, 'wx', 0o644);
  for await (const bytes of readContent(repository, version, { signal })) {
    hash.update(bytes);
    await handle.writeFile(bytes);
  }
  demandDigest(version, `sha256:${hash.digest('hex')}`);
  await handle.sync();
}

function demandDigest(version: ModelVersion, found: string): void {
  if (found !== version.digest) {
    throw new ModelError(
      'MODEL_DAMAGED',
      `Expected ${version.digest} as ${version.model} ${version.version}, got ${found}`,
      {
        hint: 'Nothing was written. Verify the repository, and add the model again from where it came.',
      },
    );
  }
}

async function restoreMembers(
  repository: Repository,
  version: ModelVersion,
  options: RestoreContentOptions,
): Promise<void> {
  const { to, overwrite = false, signal } = options;
  const { members = [] } = version;
  const content = readContent(repository, version, { signal });
  try {
    await restoreFolder(to, { members, content, overwrite, demand: (found) => demandDigest(version, found) });
  } catch (error) {
    throw failure(error, { version, to });
  }
}

function failure(error: unknown, place: { readonly version: ModelVersion; readonly to: string }): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const { version, to } = place;
  if (code === 'EEXIST') {
    return new ModelError('TARGET_EXISTS', `Expected nothing at ${to}, got what is there`, {
      cause: error,
      hint: 'Choose another path, or pass overwrite: true.',
    });
  }
  if (isDamage(error)) {
    const message = `Expected the content of ${version.model} ${version.version}, got ${error.message}`;
    return new ModelError('MODEL_DAMAGED', message, {
      cause: error,
      hint: 'Nothing was written. Verify the repository.',
    });
  }
  if (error instanceof Error && 'errno' in error) {
    return new ModelError('WRITE_FAILED', `Expected to write ${to}, got ${code}`, { cause: error });
  }
  return error;
}
