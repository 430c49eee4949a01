import { createHash } from 'node:crypto';
import { type ReadableZipEntry, readZip, type ZipLimits } from '@x/integrity/archive';
import { BackupError } from '../errors.ts';
import { checkAborted } from '../run/abort.ts';
import type { ArchiveTotals, VerifyZipOptions } from './contract.ts';
import { MANIFEST_NAME } from './entry-names.ts';
import { archiveFailure, damaged } from './failure.ts';
import { LayoutCheck } from './check-layout.ts';
import type { ManifestHead } from './manifest.ts';
import { type ListedEntry, ManifestReader } from './manifest-reader.ts';
import type { OpenedArchive } from './open-archive.ts';
import { startSeconds, zipFacts } from './zip-facts.ts';

const MAX_ENTRIES = 16_000_000;
const MAX_BYTES = 16 * 2 ** 30;
/** Of a whole archive. */
const MAX_GROWTH = 200;
/** Of one entry: deflate can't do more (1,032). What matters is what all come to: a database has files of zeros. */
const MAX_RATIO = 1100;

/** An entry of an archive: what the manifest says, and what the archive has. */
export interface ArchivedEntry extends ListedEntry {
  /** Absent for what is in the manifest only. */
  readonly stored: ReadableZipEntry | undefined;
}

/** An archive whose entries are all what the manifest says, but for their contents, which were not read yet. */
export interface CheckedArchive extends ManifestHead {
  readonly totals: ArchiveTotals;
  readonly manifestSha256: string;
  /** All entries, in the order of the manifest. */
  entries(): AsyncGenerator<ArchivedEntry, void, undefined>;
}

/**
 * Checks all of an archive but the contents of its files.
 *
 * @throws {BackupError} `UNSAFE_ARCHIVE`, `ARCHIVE_DAMAGED`, `ARCHIVE_TOO_LARGE`, `NOT_A_BACKUP_ARCHIVE`, `UNSUPPORTED_FORMAT`, `INVALID_OPTION`,
 * `ABORTED`.
 */
export async function checkArchive(
  opened: OpenedArchive,
  options: Pick<VerifyZipOptions, 'limits' | 'manifestSha256' | 'signal'>,
): Promise<CheckedArchive> {
  const { bytes, size } = opened;
  const { signal } = options;
  const limits = limitsOf(options.limits, size);
  const { entries: stored, listStart } = await readZip(bytes, { size, limits, signal, takesLinks: true });
  const manifest = manifestOf(stored);
  const reader = new ManifestReader(manifest);
  const layout = new LayoutCheck(bytes, listStart);
  for await (const { entry, name, stored: found } of withStored(reader, stored)) {
    checkAborted(signal);
    if (found === undefined || name === undefined) continue;
    await layout.check(zipFacts(entry, name), found);
    if (entry.kind === 'symlink') await checkLink(found, entry.linkTarget);
  }
  const { snapshot, sources } = reader.head;
  const facts = { name: MANIFEST_NAME, mode: 0o100_644, mtime: startSeconds(snapshot), size: manifest.size };
  await layout.check(facts, manifest);
  await layout.end(size);
  const manifestSha256 = reader.sha256();
  const expected = options.manifestSha256?.toLowerCase();
  if (expected !== undefined && expected !== manifestSha256)
    throw damaged(`an archive whose manifest has SHA-256 ${expected}`, manifestSha256);
  const { totals = { entries: 0, files: 0, bytes: 0 } } = reader;
  const entries = (): AsyncGenerator<ArchivedEntry> => withStored(new ManifestReader(manifest), stored);
  return { snapshot, sources, totals, manifestSha256, entries };
}

function limitsOf(given: ZipLimits = {}, size: number): ZipLimits {
  const { entries = MAX_ENTRIES, bytes = Math.max(MAX_BYTES, MAX_GROWTH * size), ratio = MAX_RATIO } = given;
  return { entries, bytes, ratio };
}

function manifestOf(stored: readonly ReadableZipEntry[]): ReadableZipEntry {
  const manifest = stored.at(-1);
  if (manifest?.path === MANIFEST_NAME && manifest.kind === 'file') return manifest;
  if (stored.some(({ path }) => path === MANIFEST_NAME))
    throw damaged('the manifest as the last entry', 'others after it');
  throw new BackupError('NOT_A_BACKUP_ARCHIVE', `Expected an archive with ${MANIFEST_NAME} in it, got one without`, {
    hint: 'Only what `exportZip` has written can be imported. Extract other archives, and back up the folder.',
  });
}

/** Both lists, side by side: each entry of the one is in the other, in the same order. */
async function* withStored(
  reader: ManifestReader,
  stored: readonly ReadableZipEntry[],
): AsyncGenerator<ArchivedEntry, void, undefined> {
  let at = 0;
  for await (const listed of reader.entries()) {
    const { name, entry } = listed;
    if (name === undefined) {
      yield { ...listed, stored: undefined };
      continue;
    }
    const found = stored[at++];
    if (found === undefined || found.path !== name || found.kind !== entry.kind)
      throw damaged(`the ${entry.kind} ${JSON.stringify(name)} in the archive`, 'something else in its place');
    yield { ...listed, stored: found };
  }
  if (at === stored.length - 1) return;
  throw damaged('entries that the manifest tells of', `${JSON.stringify(stored[at]?.path)}, which it does not`);
}

async function checkLink(found: ReadableZipEntry, target: Uint8Array | undefined): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of found.content()) pieces.push(piece);
  if (Buffer.concat(pieces).equals(target ?? Buffer.alloc(0))) return;
  throw damaged(`the target of ${JSON.stringify(found.path)} that the manifest has`, 'another one');
}

/** The content of a file, which ends with an error where it does not have its digest. */
export async function* checkedContent({ stored, sha256 }: ArchivedEntry): AsyncGenerator<Uint8Array, void, undefined> {
  if (stored === undefined || sha256 === undefined) return;
  const hash = createHash('sha256');
  try {
    for await (const piece of stored.content()) {
      hash.update(piece);
      yield piece;
    }
  } catch (cause) {
    throw archiveFailure(cause);
  }
  if (hash.digest('hex') !== sha256)
    throw damaged(`the content of ${JSON.stringify(stored.path)} that the manifest has`, 'another one');
}
