import { ModelError } from '../errors.ts';

const NAME = /^[a-z0-9](?:[a-z0-9_-]|\.(?!\.)){0,62}[a-z0-9]$|^[a-z0-9]$/;
const VERSION_LIKE = /^v?\d+(?:\.|$)/;

/**
 * The name of a model: 1 to 64 small letters, digits, `-`, `_` and single dots, a letter or digit at both ends.
 *
 * @throws {ModelError} `INVALID_NAME`.
 */
export function checkModelName(name: string): string {
  if (isModelName(name)) return name;
  throw new ModelError('INVALID_NAME', `Expected a name of a model, got ${JSON.stringify(name.slice(0, 100))}`, {
    hint: 'Use 1 to 64 small letters, digits, "-", "_" and single dots, with a letter or digit at both ends.',
  });
}

/**
 * The name of an alias, such as `prod`. What looks like a version is none.
 *
 * @throws {ModelError} `INVALID_NAME`.
 */
export function checkAlias(name: string): string {
  if (isAlias(name)) return name;
  throw new ModelError('INVALID_NAME', `Expected a name of an alias, got ${JSON.stringify(name.slice(0, 100))}`, {
    hint: 'Use small letters, digits, "-" and "_", such as "prod". Numbers and "latest" are versions.',
  });
}

/** Whether something is the name of an alias. */
export function isAlias(name: unknown): boolean {
  return typeof name === 'string' && NAME.test(name) && !VERSION_LIKE.test(name) && name !== 'latest';
}

/** Whether something is the name of a model. */
export function isModelName(name: string): boolean {
  return NAME.test(name);
}
