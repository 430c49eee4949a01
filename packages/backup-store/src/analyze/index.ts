export { analyze } from './analyze.ts';
export { checkedDump } from '../dump/checked-dump.ts';
export { verifyDump } from './verify-dump.ts';
export type * from './contract.ts';
export type * from '../dump/contract.ts';
