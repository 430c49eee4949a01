import { randomBytes } from 'node:crypto';
import { ledger, type Ledger, type ObjectStore, type StorageError } from '@x/storage';
import { parseFlags } from '../definition/parse-flags.ts';
import type { FlagDefinitions } from '../definition/model.ts';
import { FlagError } from '../errors.ts';
import type { ChangeNote, FlagVersion, HistoryOptions } from '../store/editable.ts';
import { changesBetween } from './changes.ts';
import type { FlagDocument } from './document.ts';
import { decodeVersion, encodeVersion, type VersionRecord } from './record.ts';
import type { FlagSeal } from './seal.ts';

/** Flags of 10 MiB as a text within JSON, signed: quotes count twice, and base64 takes a third more. */
const MOST_BYTES = 48 * 1024 * 1024;

/** A version, read. */
export interface Revision {
  readonly version: number;
  readonly record: VersionRecord;
  readonly definitions: FlagDefinitions;
}

/** Where versions stand, and what protects them. */
export interface JournalPlace {
  readonly store: ObjectStore;
  readonly name: string;
  readonly seal: FlagSeal;
}

/** All versions of flags, as a ledger: the number of the next one has one winner. */
export class Journal {
  readonly #place: JournalPlace;
  readonly #ledger: Ledger;
  /** The newest one that was read. */
  #last: Revision | undefined;

  constructor(place: JournalPlace) {
    this.#place = place;
    this.#ledger = ledger(place.store, place.name, { maxBytes: MOST_BYTES });
  }

  /** Whether there is a version after this one. Costs one request. */
  async hasAfter(version: number, signal?: AbortSignal): Promise<boolean> {
    return (await this.#place.store.stat(this.#ledger.key(version + 1), { signal })) !== undefined;
  }

  /** The newest version; `undefined` when there is none. @throws {FlagError} `INVALID_HISTORY`, `UNTRUSTED_FLAGS`. */
  async newest(signal?: AbortSignal): Promise<Revision | undefined> {
    const entry = await this.#ledger.latest({ signal });
    return entry === undefined ? undefined : this.#revision(entry.n, entry.body);
  }

  /** The number of the newest version, 0 when there is none, and the version if it can be read. */
  async latest(signal?: AbortSignal): Promise<{ readonly version: number; readonly revision: Revision | undefined }> {
    const entry = await this.#ledger.latest({ signal });
    if (entry === undefined) return { version: 0, revision: undefined };
    const revision = await this.#revision(entry.n, entry.body).catch(unlessDamaged);
    return { version: entry.n, revision };
  }

  /** A version; `undefined` when it is not there or can't be read. */
  async readable(version: number, signal?: AbortSignal): Promise<Revision | undefined> {
    return this.read(version, signal).catch(unlessDamaged);
  }

  /** @throws {FlagError} `VERSION_NOT_FOUND`, `INVALID_HISTORY`, `UNTRUSTED_FLAGS`. */
  async read(version: number, signal?: AbortSignal): Promise<Revision> {
    if (!Number.isSafeInteger(version) || version < 1) throw notFound(version);
    let body: Uint8Array;
    try {
      body = await this.#ledger.read(version, { signal });
    } catch (cause) {
      if ((cause as StorageError).code === 'NOT_FOUND') throw notFound(version, cause);
      throw cause;
    }
    return this.#revision(version, body);
  }

  /** The version that `append` would make. */
  preview(after: number, { definitions, ...input }: AppendInput): Revision {
    return { version: after + 1, record: recordOf(after + 1, input), definitions };
  }

  /** Adds a version after one that was read. `undefined`: another writer was faster. */
  async append(after: number, input: AppendInput, signal?: AbortSignal): Promise<Revision | undefined> {
    const made = this.preview(after, input);
    const body = this.#place.seal.close(encodeVersion(made.record));
    if (!(await this.#ledger.appendAt(made.version, body, { signal }))) return undefined;
    this.#last = made;
    return made;
  }

  /** All versions, newest first. */
  async *history(options: HistoryOptions = {}): AsyncGenerator<FlagVersion, void, undefined> {
    const { key, before = Infinity, onProblem, signal } = options;
    const entry = await this.#ledger.latest({ signal });
    const tell = (version: number, problem: unknown): undefined => {
      if (onProblem === undefined || !(problem instanceof FlagError)) throw problem;
      onProblem(version, problem);
    };
    let later: Revision | undefined;
    for (let version = Math.min(entry?.n ?? 0, before - 1); version >= 0; version--) {
      const earlier =
        version === 0
          ? undefined
          : await this.read(version, signal).catch((problem: unknown) => tell(version, problem));
      // What can't be read is left out: the next one that can says what was before.
      if (earlier === undefined && version > 0) continue;
      if (later !== undefined) {
        const found = versionOf(later, earlier?.definitions);
        if (key === undefined || found.changes.some((change) => change.key === key)) yield found;
      }
      later = earlier;
    }
  }

  async #revision(version: number, body: Uint8Array): Promise<Revision> {
    const record = decodeVersion(this.#place.seal.open(body), version);
    const known = this.#last;
    const { document } = record;
    // Large files take long to parse, and the newest version is looked at again and again.
    const isKnown = known?.record.token === record.token && known.record.document.text === document.text;
    const definitions = isKnown ? known.definitions : await parseFlags(document.text, { format: document.format });
    const revision = { version, record, definitions };
    if (version >= (known?.version ?? 0)) this.#last = revision;
    return revision;
  }
}

/** What a new version says. */
export interface AppendInput {
  readonly note: ChangeNote;
  readonly nowMs: number;
  readonly document: FlagDocument;
  readonly definitions: FlagDefinitions;
  readonly rollbackTo?: number | undefined;
}

const recordOf = (
  version: number,
  { note: { by, why }, nowMs, document, rollbackTo }: Omit<AppendInput, 'definitions'>,
): VersionRecord => ({
  token: randomBytes(16).toString('hex'),
  version,
  at: new Date(nowMs).toISOString(),
  by,
  why,
  rollbackTo,
  document,
});

const NOTHING: FlagDefinitions = { flags: {} };

/** A version as callers see it, with what it did to the one before. */
export function versionOf({ version, record, definitions }: Revision, before: FlagDefinitions = NOTHING): FlagVersion {
  return {
    version,
    atMs: Date.parse(record.at),
    by: record.by,
    why: record.why,
    rollbackTo: record.rollbackTo,
    ...changesBetween(before, definitions),
  };
}

function unlessDamaged(error: unknown): undefined {
  const { code } = error as { readonly code?: unknown };
  if (!['INVALID_HISTORY', 'UNTRUSTED_FLAGS', 'VERSION_NOT_FOUND', 'INVALID_FLAGS'].includes(String(code))) throw error;
}

function notFound(version: number, cause?: unknown): FlagError {
  return new FlagError('VERSION_NOT_FOUND', `Expected a version of the flags, got ${String(version)}`, {
    cause,
    hint: '`history` names those that are there.',
  });
}
