export type {
  Body,
  ByteRange,
  CallOptions,
  CreateOutcome,
  GetOptions,
  ListOptions,
  ListPage,
  ObjectInfo,
  ObjectReading,
  ObjectStore,
  ReplaceOutcome,
  StoreCapabilities,
} from './contract.ts';
export { isStorageError, StorageError } from './errors.ts';
export type { StorageErrorCode, StorageErrorOptions } from './errors.ts';
export { checkKey, checkPrefix, MAX_KEY_BYTES } from './key.ts';
export { listAll, readAll, readObject } from './reading.ts';
export type { ListAllOptions, ReadObjectOptions } from './reading.ts';
export type { Clock, Sleep } from './clock.ts';
export type { Random } from './random.ts';
export { fsStore } from './fs/fs-store.ts';
export type { FsStoreOptions } from './fs/fs-store.ts';
export { memoryStore } from './memory/memory-store.ts';
export type { MemoryStoreOptions } from './memory/memory-store.ts';
export { ledger } from './ledger.ts';
export type { EntriesOptions, Ledger, LedgerEntry, LedgerOptions } from './ledger.ts';
export { openStore } from './open-store.ts';
export { withCache } from './wrappers/cache.ts';
export type { CacheOptions } from './wrappers/cache.ts';
export { withFaults } from './wrappers/faults.ts';
export type { Fault, FaultRequest, FaultsOptions, FaultyCall, FaultyStore } from './wrappers/faults.ts';
export { withLimit } from './wrappers/limit.ts';
export type { LimitOptions } from './wrappers/limit.ts';
export { withReadOnly } from './wrappers/read-only.ts';
export { withRetry } from './wrappers/retry.ts';
export type { RetryEvent, RetryOptions } from './wrappers/retry.ts';
export { seededFaults } from './wrappers/seeded-faults.ts';
export type { SeededFaultsOptions } from './wrappers/seeded-faults.ts';
export { withTrace } from './wrappers/trace.ts';
export type { TracedCall, TraceEvent, TraceOptions } from './wrappers/trace.ts';
