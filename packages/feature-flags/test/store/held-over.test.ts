import { expect, it } from 'vitest';
import { createFlags, type FlagDefinitions, type FlagFinding, type Flags, memoryFlags } from '../../src/index.ts';

const of = (flags: Readonly<Record<string, unknown>>, rest: object = {}): FlagDefinitions =>
  ({ ...rest, flags }) as FlagDefinitions;
const BAD = { enabled: 'maybe' };

/** Flags of a store that gets these versions one after another. */
async function after(...versions: readonly FlagDefinitions[]): Promise<Flags> {
  const [first = of({}), ...others] = versions;
  const store = memoryFlags(first);
  const flags = createFlags({ store });
  await flags.ready();
  for (const version of others) {
    store.replace(version);
    await flags.refresh();
  }
  return flags;
}

it('a flag that becomes bad answers as it last was good, the others as they are now, and a new one says PARSE_ERROR', async () => {
  const flags = await after(of({ f: {}, g: {} }), of({ f: BAD, g: { enabled: false }, h: BAD }));
  expect([flags.isEnabled('f'), flags.isEnabled('g'), flags.evaluate('h', 7).errorCode]).toEqual([
    true,
    false,
    'PARSE_ERROR',
  ]);
  expect(flags.findings.map(({ flag, path }) => [flag, path])).toEqual([
    ['f', '/flags/f/enabled'],
    ['h', '/flags/h/enabled'],
  ]);
  expect([flags.state, flags.problem]).toEqual(['stale', expect.objectContaining({ code: 'INVALID_FLAGS' })]);
  expect(flags.explain('f').sentence).toBe(
    'f is true: it is the same for everybody; that is as it last was good, as it is refused now: Expected true or false, got "maybe" at /flags/f/enabled.',
  );
  expect(flags.list().map(({ key, isRefused, variants }) => [key, isRefused, Object.keys(variants).length])).toEqual([
    ['f', true, 2],
    ['g', false, 2],
    ['h', true, 0],
  ]);
});

it('it goes on so from version to version, and is forgotten when it is mended or taken away', async () => {
  const store = memoryFlags(of({ f: {}, g: {} }));
  await using flags = createFlags({ store });
  const told: (readonly FlagFinding[])[] = [];
  const states: string[] = [];
  await flags.ready();
  flags.onFindings((findings) => told.push(findings));
  flags.onState((state) => states.push(state));
  for (const next of [of({ f: BAD, g: {} }), of({ f: { ...BAD, owner: 1 }, g: BAD }), of({ f: 7 })]) {
    store.replace(next);
    await flags.refresh();
    // A look at what has not changed changes nothing.
    await flags.refresh();
    expect(flags.isEnabled('f')).toBe(true);
  }
  expect(flags.evaluate('g', 0).errorCode).toBe('FLAG_NOT_FOUND');
  store.replace(of({ f: { enabled: false } }));
  await flags.refresh();
  expect([flags.isEnabled('f'), flags.findings, flags.problem]).toEqual([false, [], undefined]);
  expect([states, told.map(({ length }) => length)]).toEqual([
    ['stale', 'ready'],
    [1, 3, 1, 0],
  ]);
});

it('what is held asks for required flags and segments as they are now', async () => {
  const good = { requires: ['a'], segments: ['s'] };
  const flags = await after(
    of({ a: {}, f: good }, { segments: { s: { tenants: ['acme'] } } }),
    of({ a: {}, f: { ...good, ...BAD } }, { segments: { s: { tenants: ['globex'] } } }),
  );
  expect([flags.isEnabled('f', { tenant: 'acme' }), flags.isEnabled('f', { tenant: 'globex' })]).toEqual([false, true]);
  const killed = await after(of({ a: {}, f: { requires: ['a'] } }), of({ a: { killSwitch: true }, f: BAD }));
  expect(killed.isEnabled('f')).toBe(false);
});

it('a flag that requires one that is held asks it as it last was good', async () => {
  const flags = await after(of({ a: {} }), of({ a: BAD, f: { requires: ['a'] } }));
  expect(flags.isEnabled('f')).toBe(true);
});

it('a segment or an evaluator that becomes bad stays as it was, for flags that are new, too', async () => {
  const rule = { state: 'ENABLED', variants: { on: true, off: false }, targeting: { $ref: 'e' } };
  const flags = await after(
    of({ f: rule }, { $evaluators: { e: 'on' }, segments: { s: { tenants: ['acme'] } } }),
    of({ f: rule, g: { segments: ['s'] } }, { $evaluators: { e: { nope: 1 } }, segments: { s: { tenants: 1 } } }),
  );
  expect([flags.isEnabled('f'), flags.isEnabled('g', { tenant: 'acme' }), flags.isEnabled('g')]).toEqual([
    true,
    true,
    false,
  ]);
  expect(flags.findings.map(({ flag }) => flag)).toEqual([undefined, undefined, 'f', 'g']);
  expect(flags.explain('f').sentence).toBe(
    'f is true: its rules chose it; what it uses is as that last was good, as it is refused now: Expected an operator of flagd, got "nope" at /$evaluators/e/nope.',
  );
});

it('a flag that fits no more to what is there now stays as it was altogether', async () => {
  const good = { segments: ['s'] };
  const segments = { s: { tenants: ['acme'] } };
  const flags = await after(
    of({ f: good }, { segments }),
    of({ f: { ...good, ...BAD } }),
    of({ f: { owner: 1 }, g: {} }),
  );
  expect([flags.isEnabled('f', { tenant: 'acme' }), flags.isEnabled('f'), flags.isEnabled('g')]).toEqual([
    true,
    false,
    true,
  ]);
});

it('a good flag is as it is now, also where a flag that is held would lead it in a circle', async () => {
  const flags = await after(of({ f: { requires: ['g'] }, g: {} }), of({ f: BAD, g: { requires: ['f'] } }));
  expect(flags.findings.map(({ flag }) => flag)).toEqual(['f']);
  expect(flags.explain('g').sentence).toBe('g is true: no rule says otherwise.');
  expect(flags.isEnabled('f')).toBe(true);
});

it('what refuses all changes nothing, and what was refused before goes on as it did', async () => {
  const flags = await after(of({ f: {}, g: {} }), of({ f: BAD, g: {} }), of({ f: {}, g: {} }, { flag: {} }));
  expect([flags.isEnabled('f'), flags.isEnabled('g'), flags.state]).toEqual([true, true, 'stale']);
  expect(flags.findings.map(({ flag, path }) => [flag, path])).toEqual([[undefined, '/flag']]);
});

it('strict flags of a store are all as they were where one is bad', async () => {
  const store = memoryFlags(of({ f: {}, g: {} }));
  await using flags = createFlags({ store, strict: true });
  await flags.ready();
  store.replace(of({ f: BAD, g: { enabled: false } }));
  await flags.refresh();
  expect([flags.isEnabled('f'), flags.isEnabled('g'), flags.state]).toEqual([true, true, 'stale']);
  expect(flags.findings.map(({ flag }) => flag)).toEqual(['f']);
});

it('a flag with a mistake is counted as its fallback, and once where it is held', async () => {
  const store = memoryFlags(of({ f: {}, g: BAD }));
  await using flags = createFlags({ store, counts: true });
  await flags.ready();
  store.replace(of({ f: { segments: ['s'], ...BAD }, g: BAD }));
  await flags.refresh();
  flags.isEnabled('f');
  flags.isEnabled('g');
  expect(flags.counts()?.flags).toMatchObject({ f: { variants: { on: 1 } }, g: { variants: {}, fallbacks: 1 } });
});

it('nobody saves a bad flag, and one that is there already stands in nobody’s way', async () => {
  const store = memoryFlags(of({ f: BAD }));
  const note = { by: 'ann', why: 'a test' };
  const set = (key: string, definition: object): Promise<unknown> =>
    store.change([{ kind: 'set', key, definition }], note);
  await expect(set('g', BAD)).rejects.toMatchObject({
    code: 'INVALID_FLAGS',
    problems: [{ path: '/flags/g/enabled' }],
  });
  await set('g', {});
  await set('f', {});
  expect((await store.load(undefined))?.definitions.flags).toEqual({ f: {}, g: {} });
});
