/**
 * Flags that have had their time, and names in code that are no flag.
 *
 * @module
 */
export type { StaleCause } from './constant.ts';
export type { FlagReference } from './reference.ts';
export type { FlagUse, StaleFlag, StaleReason, StaleReport, UnknownReference } from './report.ts';
export { scanForFlags, type ScanOptions, type ScanProgress } from './scan.ts';
export { type FlagVersion, staleFlags, type StaleOptions } from './stale-flags.ts';
