export type { DatabaseState } from '../databases/state.ts';
export type { RedisConnection } from './connection.ts';
export type { RedisPrograms } from './programs.ts';
export { inspectRedis } from './inspect-redis.ts';
export { redisSource } from './redis-source.ts';
export type { RedisSourceOptions } from './redis-source.ts';
export { restoreRedis } from './restore-redis.ts';
export type { RestoreRedisOptions, RestoreRedisResult } from './restore-redis.ts';
