import type { Context } from '../program/context.ts';

/** Loads what knows of releases. */
export const versioning = (context: Context): Promise<typeof import('@x/versioning')> =>
  context.timed('load releases', () => import('@x/versioning'));
