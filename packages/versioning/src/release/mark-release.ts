import { VersioningError } from '../errors.ts';
import type { YankOptions } from './manager.ts';
import type { ReleaseSummary } from './model.ts';
import { currentUser } from './owner.ts';
import type { ReleasingTools } from './releasing.ts';

/** Marks a release as one that nobody should use, or takes the mark away. @throws {VersioningError} `INVALID_OPTION`, `RELEASE_NOT_FOUND`. */
export async function mark(
  { shelf, clock, tell }: Pick<ReleasingTools, 'shelf' | 'clock' | 'tell'>,
  kind: 'yanked' | 'unyanked',
  { version, reason, by = currentUser(), signal }: YankOptions & { readonly version: string },
): Promise<ReleaseSummary> {
  if (reason.trim() === '') {
    throw new VersioningError('INVALID_OPTION', 'Expected a reason, got none', {
      hint: 'Say why: whoever finds the release in use has to decide what to do.',
    });
  }
  const found = await shelf.find(version, signal);
  const written = await shelf.history.append(({ releases }) => {
    const isMarked = releases.get(found.version)?.status === 'yanked';
    // What is so already need not be said again.
    if (isMarked === (kind === 'yanked')) return undefined;
    return { kind, version: found.version, reason, by, at: new Date(clock()).toISOString() };
  }, signal);
  if (written !== undefined) tell({ kind: `release.${kind}`, version: found.version, by, reason });
  return shelf.find(found.version, signal);
}
