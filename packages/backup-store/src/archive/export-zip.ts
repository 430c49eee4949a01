import { joinPath } from '../run/display-path.ts';
import { BackupError } from '../errors.ts';
import { checkAborted } from '../run/abort.ts';
import { ProgressMeter } from '../run/progress-meter.ts';
import { sourcePath } from '../snapshots/locate.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import type { SnapshotEntry } from '../repository/contract.ts';
import { AgeOutput } from './age-output.ts';
import { createHash } from 'node:crypto';
import { BytePile } from './byte-pile.ts';
import type { CompressionLevel, ExportTarget, ExportZipOptions, ExportZipResult } from './contract.ts';
import { checkedLevel } from './deflate.ts';
import { EntryNames, isStored, MANIFEST_NAME } from './entry-names.ts';
import { archiveFailure } from './failure.ts';
import { entryLine, headLine, manifestEntry, originsOf, tailLine } from './manifest.ts';
import { textOf } from './text-of.ts';
import { openOutput, type Output, type WrittenOutput } from './output.ts';
import { startSeconds, zipFacts } from './zip-facts.ts';
import { ZipWriter } from './zip-writer.ts';

/**
 * Exports a snapshot, or a part of it, as one ZIP archive that any program can open: files, folders and symlinks under their paths, and
 * a manifest (`holdfast-backup.json`, the last entry) with all that ZIP can't say and a SHA-256 for each file. {@link importZip}
 * makes the same snapshot of it again, in any repository.
 *
 * The same snapshot and options give the same bytes, on every machine, as long as it is not encrypted. Everything is streamed: memory
 * depends on the number of entries (some hundred bytes for each), not on sizes. A file appears under its name when it is complete.
 *
 * @throws {BackupError} `ALREADY_EXISTS`, `PATH_FAILED`, `INVALID_OPTION`, `SNAPSHOT_NOT_FOUND`, `PATH_NOT_FOUND`, `ABORTED`; `BLOB_...` and
 * `OBJECT_...` for what can't be read from the repository. Nothing is left then.
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { exportZip } from '@x/backup-store/zip';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const { manifestSha256 } = await exportZip({ repository, snapshot: 'latest', to: '/mnt/usb/shop.zip' });
 * console.log(manifestSha256);
 * ```
 */
export async function exportZip(options: ExportZipOptions): Promise<ExportZipResult> {
  const { repository, snapshot, filter, path, include, exclude, signal, compression, level } = options;
  const deflate = compression === 'store' ? undefined : checkedLevel(level);
  const record = await repository.snapshot(snapshot, filter);
  const progress = new ProgressMeter('export', options.onProgress);
  // Of a part of a snapshot, nobody knows before all of it was looked at.
  progress.totalKnown = path === undefined && include === undefined && exclude === undefined;
  progress.counts.bytesTotal = record.bytes.total;
  progress.counts.filesTotal = record.files.total;
  const chosen = { path, include, exclude, signal };
  return await exporting(options, async (output) => {
    const archive = new SnapshotArchive(output, { record, deflate, progress });
    for await (const entry of repository.contents(record.id, chosen)) await archive.add(entry);
    checkAborted(signal);
    const manifestSha256 = await archive.end();
    progress.flush();
    return { snapshot: record.id, ...archive.totals, manifestSha256 };
  });
}

/** Opens where an export goes, lets `write` fill it, and completes it, or leaves nothing of it. */
export async function exporting<T extends object>(
  { to, recipients, signal }: ExportTarget,
  write: (output: Output) => Promise<T>,
): Promise<T & WrittenOutput & { readonly encrypted: boolean }> {
  const encrypted = recipients !== undefined;
  checkAborted(signal);
  let output = await openOutput(to);
  try {
    if (recipients !== undefined) output = await AgeOutput.start(output, recipients);
    const result = await write(output);
    checkAborted(signal);
    return { ...result, ...(await output.complete()), encrypted };
  } catch (cause) {
    await output.discard();
    throw archiveFailure(cause, signal);
  }
}

/** What an archive is made with. */
interface ArchiveParts {
  readonly record: SnapshotRecord;
  /** `undefined`: all is stored as it is. */
  readonly deflate: CompressionLevel | undefined;
  readonly progress: ProgressMeter;
}

/** Turns entries of a snapshot into those of an archive, and their manifest. */
class SnapshotArchive {
  readonly totals = { entries: 0, files: 0, bytes: 0 };
  readonly #zip: ZipWriter;
  readonly #record: SnapshotRecord;
  readonly #folders: readonly Buffer[];
  readonly #deflate: CompressionLevel | undefined;
  readonly #progress: ProgressMeter;
  readonly #names = new EntryNames();
  readonly #manifest = new BytePile();
  readonly #manifestHash = createHash('sha256');

  constructor(output: Output, { record, deflate, progress }: ArchiveParts) {
    this.#zip = new ZipWriter(output);
    this.#record = record;
    this.#folders = record.sources.map(sourcePath);
    this.#deflate = deflate;
    this.#progress = progress;
    this.#line(headLine({ snapshot: record, sources: originsOf(record) }));
  }

  async add(entry: SnapshotEntry): Promise<void> {
    const folder = this.#folders[entry.source] ?? Buffer.alloc(0);
    const name = this.#names.next(textOf(joinPath(folder, entry.path)), entry.kind);
    let sha256: string | undefined;
    if (name !== undefined && isStored(entry.kind)) {
      const facts = zipFacts(entry, name);
      const content = entry.kind === 'symlink' ? once(entry.linkTarget) : this.#told(entry, name);
      const digest = await this.#zip.add(
        { ...facts, deflate: entry.kind === 'file' ? this.#deflate : undefined },
        content,
      );
      if (entry.kind === 'file') sha256 = digest;
    }
    const isFirst = this.totals.entries === 0;
    this.#line(entryLine(manifestEntry(entry, { source: entry.source, folder, name, sha256 }), isFirst));
    this.totals.entries++;
    if (entry.kind === 'file') this.totals.files++;
    this.totals.bytes += entry.size;
    this.#progress.counts.filesDone = this.totals.files;
  }

  /** @returns SHA-256 of the manifest, hex. */
  async end(): Promise<string> {
    if (this.totals.entries === 0) throw nothingChosen(this.#record);
    this.#line(tailLine(this.totals));
    const manifestSha256 = this.#manifestHash.digest('hex');
    const facts = {
      name: MANIFEST_NAME,
      mode: 0o100_644,
      mtime: startSeconds(this.#record),
      size: this.#manifest.size,
    };
    await this.#zip.add({ ...facts, deflate: this.#deflate }, this.#manifest.content());
    await this.#zip.end();
    return manifestSha256;
  }

  async *#told(entry: SnapshotEntry, name: string): AsyncGenerator<Uint8Array> {
    for await (const piece of entry.content()) {
      this.#progress.counts.bytesDone += piece.length;
      this.#progress.tick(() => name);
      yield piece;
    }
  }

  #line(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    this.#manifest.add(bytes);
    this.#manifestHash.update(bytes);
  }
}

async function* once(bytes: Uint8Array = new Uint8Array(0)): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield bytes;
}

function nothingChosen(record: SnapshotRecord): BackupError {
  return new BackupError(
    'PATH_NOT_FOUND',
    `Expected something of snapshot ${record.id.slice(0, 8)} to export, got nothing`,
    {
      hint: 'List the snapshot, and check the path and what is included and excluded.',
    },
  );
}
