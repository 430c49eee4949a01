import { bodyCases } from './bodies.ts';
import { bulkCases } from './bulk.ts';
import type { ConformanceCase, ConformanceOptions } from './conformance-case.ts';
import { creatingCases } from './creating.ts';
import { deletingCases } from './deleting.ts';
import { keyCases } from './keys.ts';
import { listingCases } from './listing.ts';
import { pagingCases } from './paging.ts';
import { racingCases } from './racing.ts';
import { readingCases } from './reading.ts';
import { replacingCases } from './replacing.ts';

/**
 * What every `ObjectStore` must do, as cases for any test runner: an adapter passes all of them before it is used. What
 * `capabilities` denies is not asked for.
 *
 * @example
 * ```ts
 * import { test } from 'node:test';
 * import { memoryStore } from '@x/storage';
 * import { storeConformance } from '@x/storage/testing';
 *
 * for (const { title, run } of storeConformance()) {
 *   test(title, () => run(async () => memoryStore()));
 * }
 * ```
 */
export function storeConformance(options: ConformanceOptions = {}): readonly ConformanceCase[] {
  return [
    ...keyCases,
    ...creatingCases,
    ...bodyCases,
    ...readingCases,
    ...listingCases,
    ...pagingCases,
    ...deletingCases,
    ...replacingCases,
    ...racingCases,
    ...bulkCases(options),
  ];
}
