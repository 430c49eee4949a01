import { BackupError } from '../errors.ts';
import { checkAborted } from '../run/abort.ts';
import { ProgressMeter } from '../run/progress-meter.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import type { ExportFileOptions, ExportFileResult } from './contract.ts';
import { exporting } from './export-zip.ts';
import { checkedLevel } from './deflate.ts';
import { gzipped } from './gzip.ts';

/** Paths that a message names. */
const NAMED = 8;

/**
 * Exports one file of a snapshot, such as a dump, as it is or as `.gz`. Each piece is compared with its digest on its way, and the file
 * appears when it is complete.
 *
 * @throws {BackupError} `ALREADY_EXISTS`, `PATH_FAILED`, `SNAPSHOT_NOT_FOUND`, `PATH_NOT_FOUND`, `ABORTED`; `INVALID_OPTION` when no path is given and
 * not exactly one file was given by databases and programs (`details` has them); `BLOB_...` and `OBJECT_...` for what can't be read.
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { exportFile } from '@x/backup-store/zip';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * await exportFile({ repository, snapshot: 'latest', path: 'postgres/shop.sql', to: '/tmp/shop.sql.gz' });
 * ```
 */
export async function exportFile(options: ExportFileOptions): Promise<ExportFileResult> {
  const { repository, snapshot, filter, to, signal } = options;
  const { gzip = typeof to === 'string' && /\.gz(?:\.age)?$/.test(to) } = options;
  const level = checkedLevel(options.level);
  const record = await repository.snapshot(snapshot, filter);
  const path = options.path ?? (await onlyFile(options, record));
  const progress = new ProgressMeter('export', options.onProgress);
  return await exporting(options, async (output) => {
    let bytes = 0;
    const content = told(repository.read(record.id, { path, signal }), (piece) => {
      bytes += piece.length;
      progress.counts.bytesDone = bytes;
      progress.tick(() => path);
    });
    for await (const piece of gzip ? gzipped(content, level) : content) {
      checkAborted(signal);
      await output.write(piece);
    }
    progress.flush();
    return { snapshot: record.id, path, bytes };
  });
}

async function* told(
  content: AsyncIterable<Uint8Array>,
  each: (piece: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for await (const piece of content) {
    each(piece);
    yield piece;
  }
}

/** The one file of the sources that are no folders. */
async function onlyFile({ repository, signal }: ExportFileOptions, record: SnapshotRecord): Promise<string> {
  const paths: string[] = [];
  for (const source of record.sources.filter(({ kind }) => kind !== 'directory'))
    for await (const { kind, path } of repository.entries(record.id, { path: source.path, signal }))
      if (kind === 'file' && paths.length <= NAMED) paths.push(path);
  const [only] = paths;
  if (only !== undefined && paths.length === 1) return only;
  throw new BackupError(
    'INVALID_OPTION',
    `Expected the path of one file of snapshot ${record.id.slice(0, 8)}, got none, and ${paths.length === 0 ? 'no' : 'more than one'} file of a database or program`,
    { hint: 'Name the file by its path.', details: paths.slice(0, NAMED) },
  );
}
