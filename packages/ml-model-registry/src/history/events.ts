import { createHash } from 'node:crypto';
import type { ModelBundle } from '@x/integrity';
import semver from 'semver';
import { ModelError } from '../errors.ts';
import type { GateResult } from '../gates/gates.ts';
import { manifestDigest, type ModelMember } from '../inspect/folder/manifest.ts';
import { isMemberPath } from '../inspect/folder/member-path.ts';
import type { TrustEvent } from '../trust/trust-state.ts';
import { isAlias } from '../versions/names.ts';
import type { ModelVersion } from '../versions/version.ts';

/** What happened to a model. */
export type ModelEvent =
  | TrustEvent
  | {
      readonly kind: 'version.added';
      readonly version: ModelVersion;
      /** The signature that it was added with. */
      readonly signature?: ModelBundle | undefined;
    }
  | { readonly kind: 'version.deleted'; readonly version: string; readonly reason: string }
  | {
      readonly kind: 'alias.moved';
      readonly alias: string;
      /** `undefined`: the alias was taken away. */
      readonly to?: string | undefined;
      readonly from?: string | undefined;
      readonly reason?: string | undefined;
      /** What gates said then. */
      readonly gates?: readonly GateResult[] | undefined;
      /** Moved although gates had failed. */
      readonly forced?: true | undefined;
    };

/** An event as it stands in the history: who, when, and after what. */
export type LoggedEvent = ModelEvent & {
  /** 1 for the first. */
  readonly n: number;
  /** Milliseconds since 1970; never before that of the event before. */
  readonly at: number;
  readonly by: string;
  /** SHA-256 of the entry before, in hex: an entry that was changed or left out is seen. */
  readonly previous?: string | undefined;
  /** Tells whose entry it is when an answer was lost. */
  readonly token: string;
};

/** A logged event and the digest of its entry. */
export interface HistoryEntry {
  readonly event: LoggedEvent;
  readonly digest: string;
}

/** The bytes of an entry. */
export function encodeEvent(event: LoggedEvent): Uint8Array {
  return Buffer.from(`${JSON.stringify(event)}\n`);
}

/** Where an entry stands. */
export interface EntryPlace {
  readonly model: string;
  readonly n: number;
  readonly before: HistoryEntry | undefined;
}

/**
 * Reads an entry, and looks whether it follows the one before, and is of this model: a version that was copied from another one brings along the
 * signatures of that.
 *
 * @throws {ModelError} `HISTORY_DAMAGED`.
 */
export function decodeEvent(bytes: Uint8Array, { model, n, before }: EntryPlace): HistoryEntry {
  const event = parsed(bytes, n);
  if (!isOf(model, event)) throw damaged(n, 'one that is not of this model, or names what is no version or alias');
  if (event.n !== n || event.previous !== before?.digest) throw damaged(n, 'one that does not follow the entry before');
  return { event, digest: createHash('sha256').update(bytes).digest('hex') };
}

const kinds: ReadonlySet<string> = new Set<ModelEvent['kind']>([
  'version.added',
  'version.signed',
  'version.approved',
  'version.tested',
  'version.deleted',
  'alias.moved',
]);

function parsed(bytes: Uint8Array, n: number): LoggedEvent {
  try {
    const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Partial<LoggedEvent> | null;
    if (value !== null && typeof value.kind === 'string' && kinds.has(value.kind)) return value as LoggedEvent;
  } catch {
    throw damaged(n, 'bytes that are none');
  }
  throw damaged(n, 'one of a kind that is not known');
}

/** An alias that looks like a version would stand for another one. */
function isOf(model: string, event: LoggedEvent): boolean {
  if (event.kind === 'version.added') {
    const version = event.version as Partial<ModelVersion> | undefined;
    return version?.model === model && isVersion(version.version) && isWhole(version);
  }
  if (event.kind === 'alias.moved') return isAlias(event.alias) && (event.to === undefined || isVersion(event.to));
  return isVersion(event.version);
}

/** Has what all that reads versions counts on. */
function isWhole({
  digest,
  file,
  snapshot,
  tags,
  parents,
  metrics,
  params,
  inspection,
  members,
}: Partial<ModelVersion>): boolean {
  return (
    [file, snapshot].every((text) => typeof text === 'string') &&
    typeof digest === 'string' &&
    /^sha256:[0-9a-f]{64}$/.test(digest) &&
    [tags, parents, inspection?.inputs, inspection?.outputs, inspection?.findings].every(Array.isArray) &&
    (members === undefined || isFolderOf(members, digest)) &&
    [metrics, params].every((values) => typeof values === 'object' && values !== null)
  );
}

/** The digest of a folder is that of its files: a signature is about these. */
function isFolderOf(members: unknown, digest: string): boolean {
  return Array.isArray(members) && members.every(isMember) && manifestDigest(members as ModelMember[]) === digest;
}

/** A file of a folder, below it. */
function isMember(member: Partial<ModelMember> | null): boolean {
  const { path, size, digest } = member ?? {};
  return isMemberPath(path) && Number.isSafeInteger(size) && /^sha256:[0-9a-f]{64}$/.test(String(digest));
}

function isVersion(text: unknown): boolean {
  return typeof text === 'string' && semver.valid(text) === text;
}

/** An entry of a history is missing, or is none. */
export function damaged(n: number, found: string): ModelError {
  return new ModelError('HISTORY_DAMAGED', `Expected entry ${n} of a model's history, got ${found}`, {
    hint: 'Bring the object back from a copy of the store. If a newer program has written it, use that.',
  });
}
