import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { hashAfter, hashPrefix } from '../../src/bucketing/murmur3.ts';
import { newReport } from '../../src/definition/report.ts';
import { createFlags, type FlagContext, type Json } from '../../src/index.ts';
import { checkLogic } from '../../src/logic/check-logic.ts';
import { compileLogic } from '../../src/logic/compile-logic.ts';

interface Vector {
  readonly rule: unknown;
  readonly data: unknown;
  readonly gives?: unknown;
  readonly fails?: true;
}

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));

// What flagd's own evaluator gave (flagd-core 4.0.1), except where its compiled and its interpreted rules differ.
const vectors = read('vectors.json') as readonly Vector[];

/** The value of a rule; `undefined` if it is refused or fails. */
function valueOf(rule: unknown, data: unknown): unknown {
  const report = newReport();
  checkLogic(rule, [], { evaluators: {}, report });
  if (report.problems.length > 0) return undefined;
  try {
    return compileLogic(rule, {})(data, { flagKey: 'f', context: (data ?? {}) as FlagContext, nowMs: 0 }) ?? null;
  } catch {
    return undefined;
  }
}

test.each(vectors.map((vector) => [JSON.stringify(vector.rule), JSON.stringify(vector.data), vector] as const))(
  '%s with %s is what flagd makes of it',
  (_, __, { rule, data, gives, fails }) => {
    const value = valueOf(rule, data);
    if (fails === true) expect(value).toBeUndefined();
    // Where flagd gives nothing for wrong operands, they are refused when the flags are loaded.
    else if (gives === null) expect(value ?? null).toBeNull();
    else if (JSON.stringify(rule) === '{}') expect(value).toBeNull();
    else expect(value).toEqual(gives);
  },
);

const fractional = read('fractional.json') as {
  readonly buckets: readonly {
    readonly flag: string;
    readonly key: string;
    readonly hash: number;
    readonly half: string;
    readonly quarter: string;
  }[];
  readonly forms: readonly {
    readonly args: Json;
    readonly context: FlagContext;
    readonly variant: string | null;
    readonly reason: string;
  }[];
};

test.each(fractional.buckets)('$flag$key has the hash $hash, and the share that goes with it', (row) => {
  expect(hashAfter(hashPrefix(row.flag), row.key) >>> 0).toBe(row.hash);
  const share = (shares: Json): unknown =>
    valueOf({ fractional: [{ cat: [row.flag, row.key] }, ...(shares as Json[])] }, {});
  expect(
    share([
      ['a', 50],
      ['b', 50],
    ]),
  ).toBe(row.half);
  expect(
    share([
      ['a', 25],
      ['b', 25],
      ['c', 25],
      ['d', 25],
    ]),
  ).toBe(row.quarter);
});

const variants = Object.fromEntries(
  ['a', 'b', 'c', 'd', 'red', 'blue', 'true', 'false', '1', '2', 'DEF'].map((name) => [name, name]),
);

test.each(fractional.forms.map((form) => [JSON.stringify(form.args), JSON.stringify(form.context), form] as const))(
  'fractional %s for %s chooses what flagd chooses',
  (_, __, { args, context, variant, reason }) => {
    const flag = { state: 'ENABLED', variants, defaultVariant: 'DEF', targeting: { fractional: args } } as const;
    let flags;
    try {
      flags = createFlags({ definition: { flags: { f: flag } }, strict: true });
    } catch (error) {
      // A distribution that can never choose is refused at once.
      expect(error).toMatchObject({ code: 'INVALID_FLAGS' });
      expect(reason).toBe('DEFAULT');
      return;
    }
    const found = flags.evaluate('f', 'FALLBACK', context);
    expect([found.variant ?? null, found.reason]).toEqual([variant, reason]);
  },
);
