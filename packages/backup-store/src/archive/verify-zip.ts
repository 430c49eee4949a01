import { checkAborted } from '../run/abort.ts';
import { ProgressMeter } from '../run/progress-meter.ts';
import { checkArchive, checkedContent } from './check-archive.ts';
import type { VerifyZipOptions, ZipReport } from './contract.ts';
import { withArchive } from './open-archive.ts';

/**
 * Reads all of an archive that {@link exportZip} has made, and checks all that {@link importZip} does: that it is, byte for byte, what its
 * manifest describes, and every content has the digest that stands there. Needs no repository.
 *
 * The manifest speaks for itself: whoever can write the archive can write another one. `manifestSha256`, kept elsewhere, tells that.
 *
 * @throws {BackupError} `ARCHIVE_DAMAGED`, `UNSAFE_ARCHIVE`, `ARCHIVE_TOO_LARGE`, `NOT_A_BACKUP_ARCHIVE`, `UNSUPPORTED_FORMAT`, `KEY_REQUIRED`,
 * `WRONG_KEY`, `PATH_FAILED`, `INVALID_OPTION`, `ABORTED`.
 * @example
 * ```ts
 * import { verifyZip } from '@x/backup-store/zip';
 *
 * const { snapshot, files } = await verifyZip('/mnt/usb/shop.zip');
 * console.log(`${files} files of ${snapshot.startedAt}`);
 * ```
 */
export async function verifyZip(path: string, options: VerifyZipOptions = {}): Promise<ZipReport> {
  const { identities, signal } = options;
  const progress = new ProgressMeter('verify', options.onProgress);
  progress.totalKnown = true;
  return await withArchive(path, { identities, signal }, async (opened) => {
    const archive = await checkArchive(opened, options);
    const { snapshot, totals, manifestSha256 } = archive;
    progress.counts.bytesTotal = totals.bytes;
    progress.counts.filesTotal = totals.files;
    for await (const entry of archive.entries()) {
      checkAborted(signal);
      for await (const piece of checkedContent(entry)) {
        checkAborted(signal);
        progress.counts.bytesDone += piece.length;
        progress.tick(() => entry.name ?? '');
      }
      if (entry.entry.kind === 'file') progress.counts.filesDone++;
    }
    progress.flush();
    const { fileSize: size, encrypted } = opened;
    return { snapshot, ...totals, manifestSha256, size, encrypted };
  });
}
