export type * from './contract.ts';
export { listModules, readRecords, readRecordStates } from './read-records.ts';
export type { ReadRecordsFrom, RecordsPlace, RecordsRepository, StoredModule } from './read-records.ts';
export { recordsSource } from './records-source.ts';
export type { RecordsSourceOptions } from './records-source.ts';
