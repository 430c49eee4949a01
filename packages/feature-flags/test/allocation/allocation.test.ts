import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';

/** Bytes a call, by kind of flag and tenant. */
let found: Readonly<Record<string, Readonly<Record<string, number>>>> = {};

beforeAll(() => {
  const script = fileURLToPath(new URL('asking.ts', import.meta.url));
  const young = ['--min-semi-space-size=64', '--max-semi-space-size=64'];
  const command = ['--expose-gc', ...young, '--conditions=source', script];
  found = JSON.parse(execFileSync(process.execPath, command, { encoding: 'utf8' })) as typeof found;
});

/** The smallest object takes 16 bytes; asking for the size of the heap takes some itself, once a round. */
const SMALLEST = 16;

it.each(['static', 'percentage', 'tenants, then percentage', 'required', 'listed'])(
  'a call of isEnabled makes no object: %s',
  (name) => {
    const bytes = Object.values(found[name] ?? {});
    expect(bytes).toHaveLength(5);
    for (const each of bytes) expect(each).toBeLessThan(SMALLEST / 16);
  },
);

it('one object a call would be seen', () => {
  for (const each of Object.values(found['wasteful'] ?? {})) expect(each).toBeGreaterThanOrEqual(SMALLEST);
  expect(Object.keys(found['wasteful'] ?? {})).toHaveLength(5);
});
