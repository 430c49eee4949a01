import { BackupError } from '../errors.ts';
import type { BackupTree, TreeEntryContent } from '../source/tree-contract.ts';
import { type ArchivedEntry, checkArchive, type CheckedArchive, checkedContent } from './check-archive.ts';
import type { ImportZipOptions, ImportZipResult } from './contract.ts';
import { withArchive } from './open-archive.ts';

/** What says of a snapshot which one it was imported from. */
const TAG = 'imported=';

/**
 * Makes a snapshot of an archive that {@link exportZip} has made: the same sources, paths, kinds, modes, times, links and contents.
 * Nothing is extracted anywhere, and links are never followed.
 *
 * Before anything is stored, all names, sizes and headers are checked, and that archive and manifest tell of the same entries; each content
 * is compared with its digest while it is stored. When anything is wrong, there is no snapshot. An archive from somebody you do not trust
 * may tell of any path: restore its snapshot to a folder, not in place.
 *
 * @throws {BackupError} `ARCHIVE_DAMAGED`, `UNSAFE_ARCHIVE`, `ARCHIVE_TOO_LARGE`, `NOT_A_BACKUP_ARCHIVE`, `UNSUPPORTED_FORMAT`, `KEY_REQUIRED`,
 * `WRONG_KEY`, `PATH_FAILED`, `INVALID_OPTION`, `ABORTED`, and those of `Repository.backup`.
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { importZip } from '@x/backup-store/zip';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const { imported } = await importZip({ repository, from: '/mnt/usb/shop.zip', tenant: 'shop' });
 * await repository.restore({ snapshot: imported.id, to: '/srv/shop' });
 * ```
 */
export async function importZip(options: ImportZipOptions): Promise<ImportZipResult> {
  const { repository, from, identities, signal, onProgress, tenant, compression, createdBy } = options;
  return await withArchive(from, { identities, signal }, async (opened) => {
    const archive = await checkArchive(opened, options);
    const { snapshot, totals, manifestSha256 } = archive;
    const { name = snapshot.name, note = snapshot.note, tags = snapshot.tags } = options;
    const { snapshot: imported } = await repository.backup({
      trees: archive.sources.map((_origin, source) => treeOf(archive, source)),
      name,
      note,
      tags: [...tags.filter((tag) => !tag.startsWith(TAG)), `${TAG}${snapshot.id}`],
      software: snapshot.software,
      tenant,
      compression,
      createdBy,
      signal,
      onProgress,
    });
    if (imported === undefined) throw new BackupError('INVALID_OPTION', 'Expected a snapshot to be made, got none');
    const { fileSize: size, encrypted } = opened;
    return { snapshot, ...totals, manifestSha256, size, encrypted, imported };
  });
}

function treeOf(archive: CheckedArchive, source: number): BackupTree {
  return {
    origin: archive.sources[source] as CheckedArchive['sources'][number],
    // The manifest tells what all sources come to.
    expects: source === 0 ? archive.totals : { files: 0, bytes: 0 },
    async *read(): AsyncGenerator<TreeEntryContent, void, undefined> {
      for await (const archived of archive.entries()) {
        // They stand in the order of their sources.
        if (archived.source > source) return;
        if (archived.source === source) yield withContent(archived);
      }
    },
  };
}

const withContent = (archived: ArchivedEntry): TreeEntryContent => ({
  ...archived.entry,
  content: () => checkedContent(archived),
});
