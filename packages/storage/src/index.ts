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
export type { ReadObjectOptions } from './reading.ts';
export type { Clock, Sleep } from './clock.ts';
export type { Random } from './random.ts';
export { fsStore } from './fs/fs-store.ts';
export type { FsStoreOptions } from './fs/fs-store.ts';
export { memoryStore } from './memory/memory-store.ts';
export type { MemoryStoreOptions } from './memory/memory-store.ts';
