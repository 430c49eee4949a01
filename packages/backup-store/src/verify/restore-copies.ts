import type { RunContext } from '../run/context.ts';

/**
 * Writes marker, configuration and keyring, or their copies, again where one of the two is missing or damaged. Called after
 * each backup; `verify` only reports them.
 *
 * @returns The names of the objects that were written.
 */
export async function restoreCopies(context: RunContext): Promise<readonly string[]> {
  const names = await context.rootObjects.restore();
  if (names.length > 0) context.emit('copies.restored', { objects: names.length, names: names.join(' ') });
  return names;
}
