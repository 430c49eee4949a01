export { validateRestore } from './validate-restore.ts';
export type * from './contract.ts';
