/**
 * Signed flags, verified before they are used.
 *
 * @module
 */
export type { FlagSeal } from '../history/seal.ts';
export { signedFlags, type SignedFlagsOptions } from './signed-flags.ts';
