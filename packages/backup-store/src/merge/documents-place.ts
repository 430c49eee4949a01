import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { BackupError } from '../errors.ts';
import type { JsonDocument } from '../records/json/documents.ts';
import { isUnfinished } from '../records/json/write-documents.ts';
import type { RestorePlace } from '../repository/contract.ts';

/** Options of {@link documentsPlace}. */
export interface DocumentsPlaceOptions {
  readonly documents: readonly JsonDocument[];
  readonly address?: string | undefined;
}

/**
 * JSON documents that records are restored into, for `Repository.restoreInto` and `Repository.rollBack`. They are saved, and come back, as files:
 * byte for byte as they were.
 */
export function documentsPlace({ documents, address }: DocumentsPlaceOptions): RestorePlace {
  const paths = documents.map(({ path }) => path);
  return {
    name: `file:${paths.join(',')}`,
    address,
    current: { paths },
    look: async () => await Promise.resolve({ state: {}, isEmpty: false }),
    goBack: async ({ safety }, { repository, signal }) => {
      if (safety === undefined) throw new BackupError('SNAPSHOT_NOT_FOUND', 'Expected a safety snapshot, got none');
      const how = { inPlace: true, overwrite: 'always', delete: true } as const;
      const { status, problems } = await repository.restore({ snapshot: safety.id, ...how, signal });
      for (const path of paths) await removeUnfinished(path);
      if (status === 'ok') return;
      throw new BackupError('PATH_FAILED', `Expected ${paths.join(', ')} to come back, got ${status}`, {
        details: problems.map(({ path, message }) => `${path}: ${message}`),
      });
    },
  };
}

/** What a killed restore has written beside a document, and not put in its place. */
async function removeUnfinished(path: string): Promise<void> {
  const folder = dirname(path);
  for (const name of await readdir(folder))
    if (isUnfinished(name, basename(path))) await rm(join(folder, name), { force: true });
}
