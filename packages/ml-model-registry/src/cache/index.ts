/**
 * Models that are asked for often, kept near: in memory, or in Redis for several processes.
 *
 * @module
 */
export { createModelCache } from './model-cache.ts';
export type {
  CacheAlert,
  CacheCounts,
  CacheAsk,
  CachedModel,
  CacheEvent,
  CacheFigures,
  CacheStore,
  ModelCache,
  ModelCacheOptions,
} from './contract.ts';
export { memoryModels } from './memory-store.ts';
export { type RedisLike, redisModels, type RedisModelsOptions } from './redis-store.ts';
