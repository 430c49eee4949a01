import { userInfo } from 'node:os';
import { systemClock } from '../clock.ts';
import { FileCache } from '../content/file-cache.ts';
import { ModelError } from '../errors.ts';
import { checkGates } from '../gates/check-gates.ts';
import type { ModelRegistryOptions } from './contract.ts';
import type { RegistryParts } from './parts.ts';
import { AuditTrails, recordAudit } from './record-audit.ts';
import { MAX_BYTES } from './refusal.ts';

/**
 * What the calls of a registry work with, by its options.
 *
 * @throws {ModelError} `INVALID_INPUT`.
 */
export function partsOf(options: ModelRegistryOptions): RegistryParts {
  const { repository, storage = repository.store, tenant = 'models', changes = {}, metrics = {} } = options;
  const { accept = 'clean', limits = {}, by = userInfo().username, clock = systemClock, gates = {} } = options;
  const { maxBytes = MAX_BYTES } = options;
  checkGates(gates);
  if (!(maxBytes >= 0))
    throw new ModelError('INVALID_INPUT', `Expected a number of bytes as maxBytes, got ${maxBytes}`);
  const { onEvent } = options;
  const trails = new AuditTrails(storage, clock);
  const record: RegistryParts['record'] = async (event) => await recordAudit(event, { trails, clock, by, onEvent });
  return {
    storage,
    repository,
    tenant,
    changes,
    metrics,
    accept,
    maxBytes,
    limits,
    sign: options.sign,
    trust: options.trust,
    gates,
    loadTest: options.loadTest ?? {},
    by,
    clock,
    files: new FileCache(options.cacheDirectory, clock),
    record,
    trails,
    tell: (event) => onEvent?.({ ...event, at: clock(), by }),
    ask: async ({ by: who = by, ...intent }) => {
      try {
        await options.authorize?.({ ...intent, by: who });
      } catch (error) {
        const { action, ...what } = intent;
        await record({ type: 'model.denied', ...what, reason: action, by: who });
        throw error;
      }
    },
  };
}
