import { fchmodSync, ftruncateSync, renameSync, unlinkSync } from 'node:fs';
import type { EntryMeta } from './contract.ts';
import type { Directory } from './directories.ts';
import { writeAll, writeAroundHoles } from './file-content.ts';
import { applyMetadata, freshOwner } from './metadata.ts';
import { hasCode } from './path-error.ts';
import { discard } from './temp-files.ts';

/** A path resolved as far as its parent. */
export interface Place {
  readonly whole: string;
  readonly parent: Directory;
  /** The entry itself, as the system takes it. */
  readonly target: Buffer;
}

/** Writes all content of a new file. */
export function writeChunks(descriptor: number, chunks: readonly Uint8Array[], sparse: boolean): void {
  if (sparse)
    ftruncateSync(
      descriptor,
      chunks.reduce((size, chunk) => size + chunk.length, 0),
    );
  let position = 0;
  for (const chunk of chunks) {
    if (sparse) writeAroundHoles(descriptor, chunk, position);
    else writeAll(descriptor, chunk, position);
    position += chunk.length;
  }
}

/** Gives a complete file its metadata and, if it has a temporary one, its name. Content counts more: it gets its name even without the former. */
export function publish(
  file: { readonly descriptor: number; readonly target: Buffer; readonly close: () => void },
  place: Place,
  meta: EntryMeta,
): void {
  const isInPlace = file.target === place.target;
  let failure: { readonly error: unknown } | undefined;
  try {
    applyMetadata({ descriptor: file.descriptor }, meta, freshOwner(place.parent.gid));
  } catch (error) {
    failure = { error };
    if (isInPlace) markFinished(file.descriptor);
  }
  try {
    file.close();
  } catch (error) {
    discard(file.target);
    throw error;
  }
  if (!isInPlace) rename(file.target, place.target);
  if (failure !== undefined) throw failure.error;
}

/** Takes the mark off a file that is complete but for its metadata; whoever gets to know of those gets to know of this. */
function markFinished(descriptor: number): void {
  try {
    fchmodSync(descriptor, 0o600);
  } catch {
    // The next restore writes it again.
  }
}

/** Renames, or removes what could not be renamed. */
export function rename(from: Buffer, to: Buffer): void {
  try {
    renameSync(from, to);
  } catch (error) {
    discard(from);
    throw error;
  }
}

/** Removes a name; `false` when it is not there. */
export function unlinkIfThere(target: Buffer): boolean {
  try {
    unlinkSync(target);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}
