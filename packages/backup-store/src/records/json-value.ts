import { BackupError } from '../errors.ts';

const MAX_DEPTH = 200;

/**
 * Checks that JSON has a value, so that what is read back is what was given. Members that are `undefined` are as if they were not
 * there.
 *
 * @throws {BackupError} `INVALID_RECORD`.
 */
export function checkJsonValue(module: string, id: string, value: unknown): void {
  const found = flaw(value, 'data', 0);
  if (found === undefined) return;
  throw new BackupError(
    'INVALID_RECORD',
    `Expected values that JSON has in record ${JSON.stringify(id)} of module ${module}, got ${found}`,
    { hint: 'Give text for what JSON does not have: large numbers, dates, bytes.' },
  );
}

/** What is wrong, and where. */
function flaw(value: unknown, path: string, depth: number): string | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : `${value} at ${path}`;
    case 'object':
      return value === null ? undefined : flawInside(value, path, depth);
    default:
      return `${typeof value} at ${path}`;
  }
}

function flawInside(value: object, path: string, depth: number): string | undefined {
  if (depth >= MAX_DEPTH) return `more than ${MAX_DEPTH} levels, or a circle`;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const found = flaw(value[i], `${path}[${i}]`, depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  // A Date, a Buffer or a Map would come back as something else.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    return `a ${(value.constructor as { name?: string } | undefined)?.name ?? 'class instance'} at ${path}`;
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const found = flaw(member, `${path}.${name}`, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
