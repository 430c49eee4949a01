/**
 * What happened, to be read by people: by day, week, month and quarter, as JSON, HTML and PDF.
 *
 * @module
 */
export type { OperationEvent } from '../events/contract.ts';
