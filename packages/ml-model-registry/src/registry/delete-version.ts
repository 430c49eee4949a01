import { ModelError } from '../errors.ts';
import type { ModelHistory } from '../history/history.ts';
import type { ModelVersion } from '../versions/version.ts';
import { takenForLeft } from './additions.ts';
import { findVersion } from './find-version.ts';
import { letGo } from './leftovers.ts';
import type { RegistryParts } from './parts.ts';

/** A version that somebody wants gone. */
export interface Deletion {
  readonly model: string;
  readonly version: string;
  readonly reason: string;
}

/**
 * Writes down that a version is gone, and tells the snapshot of the repository that has its content.
 *
 * @throws {ModelError} `VERSION_IN_USE` while an alias points to it, `MODEL_NOT_FOUND`, `VERSION_NOT_FOUND`.
 */
export async function noteDeleted(history: ModelHistory, deletion: Deletion): Promise<string> {
  const { model, version, reason } = deletion;
  let snapshot = '';
  await history.append((state) => {
    const found = findVersion(state, model, version);
    const names = [...state.aliases].filter(([, to]) => to === found.version).map(([alias]) => alias);
    if (names.length > 0) {
      throw new ModelError(
        'VERSION_IN_USE',
        `Expected a version without aliases, got ${found.version}, which is ${names.join(', ')}`,
        {
          hint: 'Promote another version first, or take the alias away.',
        },
      );
    }
    snapshot = found.snapshot;
    return { kind: 'version.deleted', version: found.version, reason };
  });
  return snapshot;
}

/**
 * Takes a version away that was just added: a cleanup has taken it for left behind, so its content goes.
 *
 * @throws {ModelError} `CONFLICT`.
 */
export async function withdraw(
  history: ModelHistory,
  { model, version, snapshot }: ModelVersion,
  { repository }: Pick<RegistryParts, 'repository'>,
): Promise<never> {
  await noteDeleted(history, { model, version, reason: 'took more than a day to add, and was cleaned up meanwhile' });
  await letGo(repository, [snapshot]);
  throw takenForLeft(`${model} ${version}`);
}
