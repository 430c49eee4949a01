import type { ChangeableFlags } from '../store/changeable.ts';

/**
 * What a guard needs of a store: to read flags, and to change them on top of what is the newest. Whoever was slower is asked again with the newest
 * flags, so that two guards never take one step twice.
 */
export type GuardedStore = Pick<ChangeableFlags, 'load' | 'change'>;
