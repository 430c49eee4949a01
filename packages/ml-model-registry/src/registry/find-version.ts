import semver from 'semver';
import { ModelError } from '../errors.ts';
import type { ModelState } from '../history/state.ts';
import type { ModelVersion } from '../versions/version.ts';

/**
 * The version that a reference means: a version, an alias, or `latest`, the highest one.
 *
 * @throws {ModelError} `MODEL_NOT_FOUND`, `VERSION_NOT_FOUND`.
 */
export function findVersion(state: ModelState, model: string, reference: string): ModelVersion {
  demandModel(state, model);
  const number = numberOf(state, reference);
  const found = number === undefined ? undefined : state.versions.get(number);
  if (found !== undefined) return found;
  const gone = state.deleted.get(number ?? reference);
  const what =
    gone === undefined ? JSON.stringify(reference.slice(0, 100)) : `${number}, which was deleted: ${gone.reason}`;
  throw new ModelError('VERSION_NOT_FOUND', `Expected a version or alias of ${model}, got ${what}`, {
    hint: hint(state),
  });
}

/** @throws {ModelError} `MODEL_NOT_FOUND` when nothing was ever added. */
export function demandModel(state: ModelState, model: string): void {
  if (state.last !== undefined) return;
  throw new ModelError('MODEL_NOT_FOUND', `Expected a model that has versions, got ${JSON.stringify(model)}`, {
    hint: 'List the models, or add its first version.',
  });
}

function numberOf(state: ModelState, reference: string): string | undefined {
  if (reference === 'latest') return semver.sort([...state.versions.keys()]).at(-1);
  return state.aliases.get(reference) ?? reference.replace(/^v(?=\d)/, '');
}

function hint(state: ModelState): string {
  const names = [...state.aliases.keys(), ...semver.rsort([...state.versions.keys()]).slice(0, 5)];
  return names.length === 0 ? 'There are no versions.' : `There are ${names.join(', ')}.`;
}
