import type { ServiceCommand } from '../repository/service-contract.ts';

/** A value that JSON has. */
export type SourceDetail =
  | string
  | number
  | boolean
  | null
  | readonly SourceDetail[]
  | { readonly [name: string]: SourceDetail };

/** Facts of a source that are kept in the snapshot, such as versions. No secrets: whoever lists snapshots sees them. */
export type SourceDetails = Readonly<Record<string, SourceDetail>>;

/** One file that a source gives. */
export interface SourceEntry {
  /**
   * Where it is below the source, segments joined by `/`; each path once, in any order. Empty when the whole source is one
   * file, which has the source's name then.
   */
  readonly path: string;
  /**
   * The content, of any length, in pieces of any length. Asked for one piece at a time and no faster than they are stored; the
   * memory of a piece may be used again when the next one is asked for. When it throws, nothing of this file is in the snapshot.
   * A {@link PreviousFile} is taken over without being read, under this path or another one.
   */
  readonly content: AsyncIterable<Uint8Array>;
  /** Permission bits that a restored file gets. Default `0o600`. */
  readonly mode?: number | undefined;
  /** Nanoseconds since 1970. Default: when it was read. */
  readonly mtimeNs?: bigint | undefined;
  /**
   * Cuts the content every so many bytes (4 KiB to 4 MiB) instead of where it says so itself: for content that is changed in place
   * and never moved, such as the pages of a database; then a multiple of their size. The content has at most 1,048,576 chunks.
   */
  readonly chunkBytes?: number | undefined;
}

/**
 * A file of the same source in the snapshot before. As the `content` of an entry it says that nothing has changed: what is stored
 * is used again, as long as it may be (else it is read and stored again, which only takes longer). Reads its content from the
 * repository when it is iterated; the run begins again without a snapshot before when that can't be read.
 */
export interface PreviousFile extends AsyncIterable<Uint8Array> {
  /** Below the source, as {@link SourceEntry.path}. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** The same source in the snapshot before. */
export interface PreviousSource {
  readonly snapshotId: string;
  /** Milliseconds since 1970, by the clock of the machine that made it. */
  readonly startedMs: number;
  /** What the source has said of itself. */
  readonly details: SourceDetails;
  /** By their paths. */
  readonly files: ReadonlyMap<string, PreviousFile>;
}

/** What a source works with while a backup calls it. */
export interface SourceRun {
  /** Given when the run ends early, for whatever reason. A source then ends what it has started, and throws. */
  readonly signal: AbortSignal;
  /** Adds facts to what the snapshot says of this source. At most 64 KiB as JSON. */
  readonly describe: (details: SourceDetails) => void;
  /** Absent when there is none, and when nothing is read (a dry run). The snapshot that is made does not depend on it. */
  readonly previous?: PreviousSource | undefined;
  /** `all`: what a source could take over from the snapshot before is to be read all the same. Default `changed`. */
  readonly reading?: 'all' | 'changed' | undefined;
}

/**
 * Something to back up that is no file or folder: what a program prints, a database. Anything of this form is one; the
 * engine knows none by name. `@x/backup-store/command`, `.../postgres`, `.../mysql` and `.../redis` make some.
 *
 * A backup may call each method several times: it begins again when a pruner has ended its session.
 *
 * @example
 * ```ts
 * import { type BackupSource, openRepository } from '@x/backup-store';
 *
 * const settings: BackupSource = {
 *   kind: 'settings',
 *   name: 'settings.json',
 *   async *read() {
 *     yield { path: '', content: (async function* () { yield Buffer.from(JSON.stringify(process.versions)); })() };
 *   },
 * };
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * await repository.backup({ paths: ['/srv/uploads'], sources: [settings] });
 * ```
 */
export interface BackupSource {
  /**
   * Where its files come back below a restore folder: a relative path, `/`-joined. With `kind`, tenant and host it says which
   * sources of two snapshots are the same one.
   */
  readonly name: string;
  /** What it is: small letters, digits and `-`, such as `postgres`. Not `directory`. */
  readonly kind: string;
  /**
   * Gives the files one after the other; the content of one is read before the next is asked for. What throws here fails the
   * source: the files that were complete before are kept, and the run goes on with the next source.
   */
  read(run: SourceRun): AsyncIterable<SourceEntry>;
  /** What a dry run does in place of reading: tells whether {@link BackupSource.read} could work, and throws if not. */
  check?(run: SourceRun): Promise<void>;
  /**
   * Brings what is behind the source to rest. Sources are quiesced in order before anything is read, those of files and folders
   * included, so that one moment holds for all. When it throws, this source fails and is not read.
   */
  quiesce?(run: SourceRun): Promise<void>;
  /**
   * Ends what {@link BackupSource.quiesce} began, as soon as everything is read: before data is committed. Called whenever
   * `quiesce` was, also when that or the run failed or was ended.
   */
  resume?(): Promise<void>;
  /**
   * Does what {@link BackupSource.resume} does, for whoever comes after this process was killed: it is kept on disk as long as the source
   * is at rest, and `Repository.startServices` finds it.
   */
  readonly resumeBy?: ServiceCommand | undefined;
}
