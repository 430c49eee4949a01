import { createHash } from 'node:crypto';

import type { ObjectStore } from '@x/storage';

import { canonicalJson } from '../bytes/canonical-json.ts';
import { FORMAT_VERSION } from '../envelope/header.ts';
import { readStored } from '../envelope/sealed-store.ts';
import { BackupError, isBackupError } from '../errors.ts';
import { MARKER } from '../layout/names.ts';

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

/** @throws {BackupError} `ALREADY_EXISTS`. */
export async function createMarker(store: ObjectStore, id: string): Promise<void> {
  const text = canonicalJson({ check: checksum(id, FORMAT_VERSION), format: FORMAT, id, version: FORMAT_VERSION });
  const { created } = await store.createIfAbsent(MARKER, Buffer.from(`${text}\n`));
  if (!created) {
    throw new BackupError('ALREADY_EXISTS', `Expected no repository at ${store.url}, got one`, {
      hint: 'Open it instead, or name another place. Nothing was changed.',
    });
  }
}

/** @throws {BackupError} `NOT_A_REPOSITORY`, `OBJECT_DAMAGED`, `UNSUPPORTED_FORMAT`. */
export async function readMarker(store: ObjectStore): Promise<Marker> {
  let bytes: Uint8Array;
  try {
    bytes = await readStored(store, MARKER, { maxBytes: MAX_MARKER_BYTES });
  } catch (cause) {
    if (!isBackupError(cause, 'OBJECT_MISSING')) throw cause;
    throw new BackupError('NOT_A_REPOSITORY', `Expected a repository at ${store.url}, got none`, {
      cause,
      hint: 'Check the place, or make a repository there first.',
    });
  }
  const marker = parse(bytes);
  if (marker === undefined) {
    throw new BackupError('OBJECT_DAMAGED', `Expected ${MARKER} to name a repository, got something else`, {
      object: MARKER,
    });
  }
  if (marker.version > FORMAT_VERSION) {
    throw new BackupError('UNSUPPORTED_FORMAT', `Expected format version ${FORMAT_VERSION}, got ${marker.version}`, {
      object: MARKER,
      hint: 'Use a newer version of this program.',
    });
  }
  return marker;
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
