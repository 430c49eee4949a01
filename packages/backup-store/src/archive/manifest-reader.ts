import { createHash } from 'node:crypto';
import type { ReadableZipEntry } from '@x/integrity/archive';
import { BackupError } from '../errors.ts';
import { isWithin } from '../catalog/path-order.ts';
import { joinPath } from '../run/display-path.ts';
import { sourcePath } from '../snapshots/locate.ts';
import type { TreeEntry } from '../source/tree-contract.ts';
import { TreeOrder } from '../source/tree-order.ts';
import type { ArchiveTotals } from './contract.ts';
import { EntryNames } from './entry-names.ts';
import { damaged, unsafe } from './failure.ts';
import { linesOf } from './lines.ts';
import {
  entryLine,
  FORMAT,
  headLine,
  manifestEntry,
  type ManifestEntry,
  type ManifestHead,
  originsOf,
  tailLine,
  VERSION,
} from './manifest.ts';
import { flawOfRecord } from './record-shape.ts';
import { textOf } from './text-of.ts';
import { treeEntryOf } from './tree-entry-of.ts';

const HEAD_END = ',"entries":[';
const TAIL_START = '],"totals":';

/** An entry that a manifest tells of. */
export interface ListedEntry {
  /** Its path is below the root of its source. */
  readonly entry: TreeEntry;
  /** Number of its source. */
  readonly source: number;
  /** Path in the archive; `undefined` for what is not there. */
  readonly name: string | undefined;
  /** Hex; of files. */
  readonly sha256: string | undefined;
}

/** Reads a manifest line by line, and takes it only as this program writes it. */
export class ManifestReader {
  readonly #manifest: Pick<ReadableZipEntry, 'content'>;
  readonly #hash = createHash('sha256');
  #head: ManifestHead | undefined;
  /** Known once all entries were read. */
  totals: ArchiveTotals | undefined;

  constructor(manifest: Pick<ReadableZipEntry, 'content'>) {
    this.#manifest = manifest;
  }

  /** Known once the first entry was read. */
  get head(): ManifestHead {
    if (this.#head === undefined) throw damaged('a manifest', 'an empty one');
    return this.#head;
  }

  /** Of the manifest, hex. Once, and after all entries were read. */
  sha256(): string {
    return this.#hash.digest('hex');
  }

  /** @throws {BackupError} `ARCHIVE_DAMAGED`, `UNSAFE_ARCHIVE`, `NOT_A_BACKUP_ARCHIVE`, `UNSUPPORTED_FORMAT`. */
  async *entries(): AsyncGenerator<ListedEntry, void, undefined> {
    const names = new EntryNames();
    const orders: TreeOrder[] = [];
    const counts = { entries: 0, files: 0, bytes: 0 };
    let last = 0;
    for await (const line of linesOf(this.#manifest.content(), (bytes) => this.#hash.update(bytes))) {
      if (this.totals !== undefined) throw damaged('a manifest that ends after its totals', 'more lines');
      if (this.#head === undefined) this.#head = parsedHead(line);
      else if (line.startsWith(TAIL_START)) {
        if (line !== withoutEnd(tailLine(counts))) throw damaged('totals that the entries add up to', 'others');
        this.totals = counts;
      } else {
        const listed = listedEntry(line, { head: this.#head, isFirst: counts.entries === 0, names });
        if (listed.source < last) throw damaged('entries in the order of their sources', 'another order');
        last = listed.source;
        const flaw = (orders[last] ??= new TreeOrder()).flawOf(listed.entry);
        if (flaw !== undefined) throw unsafe(flaw, JSON.stringify(textOf(Buffer.from(listed.entry.path))));
        counts.entries++;
        counts.bytes += listed.entry.size;
        if (listed.entry.kind === 'file') counts.files++;
        yield listed;
      }
    }
    if (this.totals === undefined) throw damaged('a manifest that ends with its totals', 'one that was cut');
  }
}

const withoutEnd = (line: string): string => line.slice(0, -1);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw damaged('a manifest of JSON lines', 'another text', cause);
  }
}

function parsedHead(line: string): ManifestHead {
  const value = line.endsWith(HEAD_END) ? parsed(`${line.slice(0, -HEAD_END.length)}}`) : undefined;
  const { format, version, snapshot } = (value ?? {}) as Record<string, unknown>;
  if (format !== FORMAT) {
    throw new BackupError('NOT_A_BACKUP_ARCHIVE', 'Expected the manifest of a backup, got another text', {
      hint: 'Only what `exportZip` has written can be imported. Extract other archives, and back up the folder.',
    });
  }
  if (version !== VERSION) {
    throw new BackupError('UNSUPPORTED_FORMAT', `Expected an archive of version ${VERSION}, got ${String(version)}`, {
      hint: 'Use the version of this program that has written it, or a later one.',
    });
  }
  const record = flawOfRecord(snapshot);
  if (typeof record === 'string') throw damaged('the record of a snapshot', record);
  const sources = originsOf(record);
  if (withoutEnd(headLine({ snapshot: record, sources })) !== line)
    throw damaged('a manifest as this program writes it', 'other fields, or another order');
  const paths = record.sources.map(sourcePath);
  const meets = paths.find((path, i) => paths.some((other, j) => i !== j && isWithin(path, other)));
  if (meets !== undefined) throw unsafe('sources that come back at different places', 'one in another');
  return { snapshot: record, sources };
}

function listedEntry(
  line: string,
  { head, isFirst, names }: { readonly head: ManifestHead; readonly isFirst: boolean; readonly names: EntryNames },
): ListedEntry {
  const value = parsed(isFirst ? line : line.slice(1)) as ManifestEntry;
  const folder = sourcePath(head.snapshot.sources[value?.source] ?? ({ path: '\0' } as never));
  const entry = treeEntryOf(value, folder);
  const name = names.next(textOf(joinPath(folder, entry.path)), entry.kind);
  const { source, sha256 } = value;
  const expected = withoutEnd(entryLine(manifestEntry(entry, { source, folder, name, sha256 }), isFirst));
  if (expected === line) return { entry, source, name, sha256 };
  throw damaged(
    'entries of a manifest as this program writes them',
    `another form of ${JSON.stringify(value.path.slice(0, 200))}`,
  );
}
