import { canonicalJson, digest } from '@x/integrity';
import { VersioningError } from '../errors.ts';
import { type Fields, isFields } from '../sbom/lockfile/place.ts';
import { isVersion } from '../version/parse-version.ts';
import type { RunOwner } from './owner.ts';
import type { ReleaseSummary } from './model.ts';
import { isRunId } from './run-id.ts';

/** What a run that has claimed a version has said of itself. */
export interface Claimed {
  readonly kind: 'claimed';
  readonly version: string;
  readonly run: string;
  readonly owner: RunOwner;
}

/** The version is out: whoever reads the history sees it from now on. */
export interface Released {
  readonly kind: 'released';
  readonly version: string;
  readonly run: string;
  readonly release: Omit<ReleaseSummary, 'status' | 'yank' | 'releasedAt'>;
  /** Whether it has yet to be pushed. */
  readonly isPending: boolean;
}

/** What had yet to be pushed is pushed. */
export interface Completed {
  readonly kind: 'completed';
  readonly version: string;
  readonly run: string;
}

/** The run has undone what it did; the version is free again. */
export interface Abandoned {
  readonly kind: 'abandoned';
  readonly version: string;
  readonly run: string;
}

/** The release is marked, or no longer marked, as one that nobody should use. */
export interface Marked {
  readonly kind: 'yanked' | 'unyanked';
  readonly version: string;
  readonly reason: string;
}

/** Something that happened to a version. */
export type ReleaseEvent = (Claimed | Released | Completed | Abandoned | Marked) & {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly by: string;
};

/** An event with its place in the history. */
export interface LoggedEvent {
  readonly n: number;
  readonly event: ReleaseEvent;
  /** Digest of its bytes, which the event after it names. */
  readonly digest: string;
}

const FORMAT = 'holdfast-release-event';

/** Where an event will stand. */
export interface EventPlace {
  readonly n: number;
  /** Digest of the event before it; none for the first. */
  readonly previous: string | undefined;
  /** A word that nobody else has: whoever heard no answer finds out whether it was written. */
  readonly token: string;
}

/** The bytes of an event. Each names the one before it, so that none can be changed or left out unseen. */
export function encodeEvent(event: ReleaseEvent, { n, previous, token }: EventPlace): Uint8Array {
  // The token first: bodies differ from the beginning.
  const rest = canonicalJson({
    format: FORMAT,
    formatVersion: 0,
    n,
    previous: previous ?? null,
    ...withoutAbsent(event),
  });
  return new TextEncoder().encode(`{"token":${JSON.stringify(token)},${rest.slice(1)}\n`);
}

/** What is `undefined` is not there in JSON. */
export const withoutAbsent = <T extends object>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** @throws {VersioningError} `INVALID_HISTORY` for what is no event, stands elsewhere, or does not follow the one before it. */
export async function decodeEvent(bytes: Uint8Array, n: number, before: LoggedEvent | undefined): Promise<LoggedEvent> {
  const { format, formatVersion, n: own, previous, token, ...event } = parsed(bytes);
  if (format !== FORMAT || formatVersion !== 0 || !isEvent(event)) throw invalidHistory(n, 'something else');
  // One form only: what is written there is what was read.
  const written = encodeEvent(event, {
    n: own as number,
    previous: (previous ?? undefined) as string,
    token: String(token),
  });
  if (Buffer.compare(written, bytes) !== 0) throw invalidHistory(n, 'one that is written otherwise');
  if (own !== n) throw invalidHistory(n, 'one that belongs elsewhere');
  if (previous !== (before?.digest ?? null)) throw invalidHistory(n, 'one that follows another history');
  return { n, event, digest: `${await digest(bytes)}` };
}

function isEvent(value: Readonly<Record<string, unknown>>): value is Readonly<Record<string, unknown>> & ReleaseEvent {
  const { kind, version, run, at, by, reason, owner, release, isPending } = value;
  if (![version, at, by].every((each) => typeof each === 'string') || !isVersion(version as string)) return false;
  if (Number.isNaN(Date.parse(at as string))) return false;
  switch (kind) {
    case 'claimed':
      return isRunId(run) && isOwner(owner);
    case 'released':
      return isRunId(run) && typeof isPending === 'boolean' && isSummary(release, version as string);
    case 'completed':
    case 'abandoned':
      return isRunId(run);
    case 'yanked':
    case 'unyanked':
      return typeof reason === 'string';
    default:
      return false;
  }
}

function isOwner(value: unknown): boolean {
  const { by, host, pid, startedAt } = fieldsOf(value);
  return [by, host, startedAt].every((each) => typeof each === 'string') && Number.isSafeInteger(pid);
}

function isSummary(value: unknown, version: string): boolean {
  const fields = fieldsOf(value);
  const { id, name, channel, preRelease, manifest, createdAt, createdBy, size, isSigned } = fields;
  const { commit, tag, leadTimeMs } = fields;
  return (
    fields['version'] === version &&
    [id, name, channel, createdAt, createdBy].every((each) => typeof each === 'string') &&
    /^sha256:[0-9a-f]{64}$/.test(String(manifest)) &&
    Number.isSafeInteger(size) &&
    [commit, tag].every((each) => each === undefined || typeof each === 'string') &&
    (leadTimeMs === undefined || Number.isSafeInteger(leadTimeMs)) &&
    typeof preRelease === 'boolean' &&
    typeof isSigned === 'boolean'
  );
}

const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

function parsed(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    return fieldsOf(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch {
    return {};
  }
}

/** The error of an entry that can't be believed. */
export function invalidHistory(n: number, got: string): VersioningError {
  return new VersioningError('INVALID_HISTORY', `Expected entry ${n} of the release history, got ${got}`, {
    hint: 'It was changed outside of Holdfast, or a newer version wrote it. Put it back from a copy of the storage.',
  });
}
