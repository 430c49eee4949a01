export type * from './contract.ts';
export { compareIds } from '../records/id-order.ts';
export { mergeRecords } from './merge-records.ts';
export { planRecordRestore } from './plan-restore.ts';
export type * from './restore-contract.ts';
export { restoreRecords } from './restore-records.ts';
