export type { SqliteCheck } from './ask-sqlite.ts';
export { sqliteSource } from './sqlite-source.ts';
export type { SqliteSourceOptions } from './sqlite-source.ts';
