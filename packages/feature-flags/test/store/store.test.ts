import { expect, it } from 'vitest';
import { createFlags, type FlagEdit, type FlagStore, memoryFlags } from '../../src/index.ts';

it('before the first flags are there, every value is the fallback, and says so', async () => {
  const flags = createFlags({ store: memoryFlags({ flags: { f: {} } }) });
  expect(flags.evaluate('f', false)).toMatchObject({ value: false, reason: 'ERROR', errorCode: 'PROVIDER_NOT_READY' });
  await flags.ready();
  expect([flags.isEnabled('f'), flags.state]).toEqual([true, 'ready']);
});

it('a change is in force when it was read, and is told with the names of what changed', async () => {
  const store = memoryFlags({ flags: { f: {}, g: {} } });
  await using flags = createFlags({ store });
  await flags.ready();
  const changes: (readonly string[])[] = [];
  const stop = flags.onChange(({ flagsChanged }) => changes.push(flagsChanged));
  store.replace({ flags: { f: { enabled: false }, g: {}, h: {} } });
  await flags.refresh();
  expect([flags.isEnabled('f'), flags.isEnabled('h')]).toEqual([false, true]);
  stop();
  store.replace({ flags: {} });
  await flags.refresh();
  expect(changes).toEqual([['f', 'h']]);
});

it('what is common to all flags changes all of them', async () => {
  const store = memoryFlags({ flags: { f: {}, g: {} } });
  await using flags = createFlags({ store });
  await flags.ready();
  const changes: (readonly string[])[] = [];
  flags.onChange(({ flagsChanged }) => changes.push(flagsChanged));
  store.replace({ flags: { f: {}, g: {} }, metadata: { version: 2 } });
  await flags.refresh();
  expect(changes).toEqual([['f', 'g']]);
});

it('after a bad change the last good flags stay in force, and after a good one it is forgotten', async () => {
  const store = memoryFlags({ flags: { f: {} } });
  await using flags = createFlags({ store });
  await flags.ready();
  const states: string[] = [];
  flags.onState((state) => states.push(state));
  store.replace({ flags: { f: { enabled: 'no' as unknown as boolean } } });
  await flags.refresh();
  expect(flags.isEnabled('f')).toBe(true);
  expect(flags.problem).toMatchObject({ code: 'INVALID_FLAGS' });
  store.replace({ flags: { f: { enabled: false } } });
  await flags.refresh();
  expect([flags.isEnabled('f'), flags.problem, states]).toEqual([false, undefined, ['stale', 'ready']]);
});

it('ready() rejects with what is wrong when there were never any flags', async () => {
  const store: FlagStore = { load: () => Promise.reject(new Error('no store')) };
  const flags = createFlags({ store });
  await expect(flags.ready()).rejects.toThrow('no store');
  expect(flags.isEnabled('f')).toBe(false);
});

it('what changes while it is read is read once more', async () => {
  const store = memoryFlags({ flags: {} });
  let loads = 0;
  const slow: FlagStore = {
    ...store,
    async load(known) {
      const found = await store.load(known);
      if (loads++ === 0) store.replace({ flags: { late: {} } });
      return found;
    },
  };
  await using flags = createFlags({ store: slow });
  await flags.ready();
  expect(flags.isEnabled('late')).toBe(true);
});

it('a listener that fails harms neither the flags nor other listeners', async () => {
  const failures: unknown[] = [];
  const noted = (error: unknown): void => void failures.push(error);
  const before = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException').on('uncaughtException', noted);
  const store = memoryFlags({ flags: {} });
  await using flags = createFlags({ store });
  await flags.ready();
  const told: string[] = [];
  flags.onChange(() => {
    throw new Error('mine');
  });
  flags.onChange(({ flagsChanged }) => told.push(...flagsChanged));
  store.replace({ flags: { f: {} } });
  await flags.refresh();
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.removeAllListeners('uncaughtException');
  for (const listener of before) process.on('uncaughtException', listener);
  expect([flags.state, flags.isEnabled('f'), told]).toEqual(['ready', true, ['f']]);
  expect(failures).toMatchObject([{ message: 'mine' }]);
});

it('a listener stops with the flags', async () => {
  const store = memoryFlags({ flags: {} });
  const flags = createFlags({ store });
  await flags.ready();
  await flags[Symbol.asyncDispose]();
  store.replace({ flags: { f: {} } });
  await flags.refresh();
  expect(flags.isEnabled('f')).toBe(false);
});

it('changes in memory are made together or not at all', async () => {
  const store = memoryFlags({ flags: { f: {}, g: {} } });
  const about = { by: 'ann', why: 'a test' };
  const set = (key: string, enabled: unknown): FlagEdit => ({
    kind: 'set',
    key,
    definition: { enabled: enabled as boolean },
  });
  await expect(store.change([set('f', false), set('g', 'no')], about)).rejects.toMatchObject({ code: 'INVALID_FLAGS' });
  expect((await store.load('1'))?.version).toBeUndefined();
  await store.change([set('f', false), set('h', true)], about);
  expect((await store.load('1'))?.definitions.flags).toEqual({ f: { enabled: false }, g: {}, h: { enabled: true } });
});
