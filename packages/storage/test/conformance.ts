import { describe, test } from 'vitest';
import type { ConformanceOptions, MakeStore } from '../src/testing/conformance-case.ts';
import { storeConformance } from '../src/testing/conformance.ts';

/** Runs the conformance suite as tests of one kind of store. */
export function conforms(name: string, makeStore: MakeStore, options: ConformanceOptions = {}): void {
  describe(`${name} keeps the contract:`, () => {
    for (const { title, run } of storeConformance(options)) test(title, () => run(makeStore));
  });
}
