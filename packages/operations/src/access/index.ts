/**
 * Who may do what, for which tenant, and what was asked for and denied.
 *
 * @module
 */
export type { OperationEvent } from '../events/contract.ts';
