import { createHash } from 'node:crypto';

import type { ObjectStore } from '@x/storage';

import { canonicalJson } from '../bytes/canonical-json.ts';
import { FORMAT_VERSION } from '../envelope/header.ts';
import { readStored } from '../envelope/sealed-store.ts';
import { BackupError, isBackupError } from '../errors.ts';
import { type Flaw, isFlaw } from '../keyring/flaw.ts';
import { MARKER, MARKER_COPY } from '../layout/names.ts';

const MAX_MARKER_BYTES = 4096;
const FORMAT = 'holdfast-repository';

/** The one object that is not sealed: says what this place is, and the repository's id. */
export interface Marker {
  /** 32 hex digits. */
  readonly id: string;
  readonly version: number;
}

/** Tells a damaged marker from another repository's. Not a protection: everything else is sealed for the id. */
function checksum(id: string, version: number): string {
  return createHash('sha256').update(`${FORMAT}/${version}/${id}`).digest('hex').slice(0, 16);
}

/** The bytes of a marker. */
function encode(id: string): Buffer {
  const text = canonicalJson({ check: checksum(id, FORMAT_VERSION), format: FORMAT, id, version: FORMAT_VERSION });
  return Buffer.from(`${text}\n`);
}

/** Makes a marker, and its copy. @throws {BackupError} `ALREADY_EXISTS`. */
export async function createMarker(store: ObjectStore, id: string): Promise<void> {
  // A copy without its marker is a repository that has lost it.
  const copy = await store.stat(MARKER_COPY);
  const created = copy === undefined && (await store.createIfAbsent(MARKER, encode(id))).created;
  if (!created) {
    throw new BackupError('ALREADY_EXISTS', `Expected no repository at ${store.url}, got one`, {
      hint: 'Open it instead, or name another place. Nothing was changed.',
    });
  }
  await store.createIfAbsent(MARKER_COPY, encode(id));
}

/**
 * Reads the marker, or its copy when it is missing or damaged.
 *
 * @throws {BackupError} `NOT_A_REPOSITORY`, `OBJECT_DAMAGED`, `UNSUPPORTED_FORMAT`.
 */
export async function readMarker(store: ObjectStore): Promise<Marker> {
  const first = await look(store, MARKER);
  const marker = 'error' in first ? await look(store, MARKER_COPY) : first;
  if ('error' in marker) {
    // Something is there, or was: the worse of both says more.
    const isGone = [first, marker].every((each) => 'error' in each && isBackupError(each.error, 'OBJECT_MISSING'));
    if (isGone) {
      throw new BackupError('NOT_A_REPOSITORY', `Expected a repository at ${store.url}, got none`, {
        cause: marker.error,
        hint: 'Check the place, or make a repository there first.',
      });
    }
    throw 'error' in first && !isBackupError(first.error, 'OBJECT_MISSING') ? first.error : marker.error;
  }
  if (marker.version > FORMAT_VERSION) {
    throw new BackupError('UNSUPPORTED_FORMAT', `Expected format version ${FORMAT_VERSION}, got ${marker.version}`, {
      object: MARKER,
      hint: 'Use a newer version of this program.',
    });
  }
  return { id: marker.id, version: marker.version };
}

async function look(
  store: ObjectStore,
  name: string,
): Promise<(Marker & { readonly bytes: Uint8Array }) | { error: Error }> {
  try {
    const bytes = await readStored(store, name, { maxBytes: MAX_MARKER_BYTES });
    const marker = parse(bytes);
    return marker === undefined ? { error: damaged(name) } : { ...marker, bytes };
  } catch (error) {
    if (!isFlaw(error)) throw error;
    return { error };
  }
}

const damaged = (name: string): BackupError =>
  new BackupError('OBJECT_DAMAGED', `Expected ${name} to name a repository, got something else`, {
    object: name,
    hint: `Put it back from another copy of the repository. The id in it also stands in each key file.`,
  });

/** What is wrong with the marker of repository `id`, and with its copy. Both follow from the id alone. */
export async function markerFlaws(store: ObjectStore, id: string): Promise<Flaw[]> {
  const bytes = encode(id);
  const flaws: Flaw[] = [];
  for (const name of [MARKER, MARKER_COPY]) {
    const found = await look(store, name);
    const error = 'error' in found ? found.error : bytes.equals(found.bytes) ? undefined : damaged(name);
    if (error !== undefined) flaws.push({ name, error, again: () => bytes });
  }
  return flaws;
}

function parse(bytes: Uint8Array): Marker | undefined {
  try {
    const { check, id, format, version } = JSON.parse(Buffer.from(bytes).toString('utf8')) as Record<string, unknown>;
    const ours = format === FORMAT && typeof id === 'string' && /^[0-9a-f]{32}$/.test(id);
    if (!ours || typeof version !== 'number' || !Number.isSafeInteger(version) || version < 0) return undefined;
    return check === checksum(id, version) ? { id, version } : undefined;
  } catch {
    return undefined;
  }
}
