/**
 * Checks of what everything stands on, once or all the time, with their history.
 *
 * @module
 */
export type { OperationEvent } from '../events/contract.ts';
