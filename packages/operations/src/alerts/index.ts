/**
 * Rules over what happens, and who is told: at once, once, and again when it has ended.
 *
 * @module
 */
export type { OperationEvent } from '../events/contract.ts';
