export { analyze } from './analyze.ts';
export { verifyDump } from './dump/verify-dump.ts';
export type * from './contract.ts';
export type * from './dump-contract.ts';
