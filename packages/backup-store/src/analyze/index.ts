export { verifyDump } from './dump/verify-dump.ts';
export type * from './dump-contract.ts';
