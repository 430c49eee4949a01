/**
 * Restores that are tried by themselves, what they took, and the objectives they are held against.
 *
 * @module
 */
export type { OperationEvent } from '../events/contract.ts';
