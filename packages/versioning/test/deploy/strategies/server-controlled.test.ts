import fc from 'fast-check';
import { ledger, memoryStore, type ObjectStore, StorageError } from '@x/storage';
import { describe, expect, test } from 'vitest';
import {
  type DeployAnswer,
  pullDeploys,
  pullOnce,
  type PullOptions,
  type PullResult,
  serverControlledStrategy,
} from '../../../src/deploy/index.ts';
import { START } from '../deployments.ts';

/** A machine with what is live on it, which deploys what it is told, but for what it can't. */
function newServer(storage: ObjectStore, more: { broken?: readonly string[]; newest?: string; live?: string } = {}) {
  const state = { live: more.live, deployed: [] as string[], newest: more.newest };
  const options: PullOptions = {
    storage,
    channel: 'prod',
    server: 'web-1',
    clock: () => START,
    newest: async () => state.newest,
    current: async () => state.live,
    deploy: async (version) => {
      state.deployed.push(version);
      if (more.broken?.includes(version) === true)
        throw Object.assign(new Error('its check failed'), { code: 'CHECKS_FAILED' });
      state.live = version;
    },
  };
  return { state, options, pull: () => pullOnce(options) };
}

const asking = (storage: ObjectStore, more = {}): ReturnType<typeof serverControlledStrategy> =>
  serverControlledStrategy({ storage, by: 'ann', clock: () => START, pollMs: 1, ...more });
const call = (version: string, channel = 'prod') => ({ version, channel });
const answerOf = (result: PullResult): DeployAnswer | undefined =>
  result.kind === 'answered' ? result.answer : undefined;

test('a request is written, and a server that looks obeys it once', async () => {
  const storage = memoryStore();
  const server = newServer(storage, { live: '1.0.0' });
  expect(await asking(storage).run(call('1.0.5'))).toEqual({
    isLive: false,
    detail: 'request 1 to deploy 1.0.5 is written',
  });
  expect(await server.pull()).toEqual({
    kind: 'answered',
    answer: {
      server: 'web-1',
      request: 1,
      version: '1.0.5',
      outcome: 'deployed',
      at: '2026-03-02T12:00:00.000Z',
      error: undefined,
    },
  });
  expect(await server.pull()).toEqual({ kind: 'idle' });
  expect(server.state.deployed).toEqual(['1.0.5']);
  // Another server of the channel has its own answers; one of another channel has nothing to do.
  expect(answerOf(await pullOnce({ ...server.options, server: 'web-2' }))?.outcome).toBe('current');
  expect(await pullOnce({ ...server.options, server: 'dev-1', channel: 'dev' })).toEqual({ kind: 'idle' });
});

test('the strategy waits for the servers that it is told, and says what they did', async () => {
  const storage = memoryStore();
  const server = newServer(storage, { broken: ['2.0.0'] });
  const waiting = asking(storage, { servers: ['web-1'] });
  const lines: string[] = [];
  const whole = waiting.run({ ...call('1.0.5'), onLine: (line) => lines.push(line) });
  while (server.state.live === undefined) await server.pull();
  expect(await whole).toEqual({ isLive: true, detail: 'deployed 1.0.5 on web-1' });
  expect(lines).toEqual(['request 1 to deploy 1.0.5 is written', 'web-1: deployed']);
  const failing = waiting.run(call('2.0.0'));
  while (!server.state.deployed.includes('2.0.0')) await server.pull();
  await expect(failing).rejects.toMatchObject({
    code: 'STRATEGY_FAILED',
    message: 'Expected servers to deploy 2.0.0, got failures of web-1 (its check failed)',
  });
  await expect(asking(storage, { servers: ['web-9'], timeoutMs: 5 }).run(call('1.0.6'))).rejects.toMatchObject({
    code: 'STRATEGY_FAILED',
  });
  expect(await waiting.plan(call('1.0.5'))).toHaveLength(2);
});

test('a server goes to what is newer by itself, and not to what failed there, until it is asked', async () => {
  const storage = memoryStore();
  const server = newServer(storage, { live: '1.0.0', newest: '1.1.0', broken: ['1.1.0'] });
  expect(answerOf(await server.pull())).toMatchObject({
    version: '1.1.0',
    request: undefined,
    outcome: 'failed',
    error: { code: 'CHECKS_FAILED', message: 'its check failed' },
  });
  expect(await server.pull()).toEqual({ kind: 'idle' });
  await asking(storage).run(call('1.1.0'));
  expect(answerOf(await server.pull())).toMatchObject({ request: 1, outcome: 'failed' });
  server.state.newest = '1.2.0';
  expect(answerOf(await server.pull())).toMatchObject({ version: '1.2.0', outcome: 'deployed' });
  server.state.newest = '1.1.9';
  expect(await server.pull()).toEqual({ kind: 'idle' });
  expect(server.state.deployed).toEqual(['1.1.0', '1.1.0', '1.2.0']);
});

test('a server that went to what was asked for later has not deployed this', async () => {
  const storage = memoryStore();
  const server = newServer(storage);
  const both = async (): Promise<void> => {
    await asking(storage).run(call('1.0.6'));
    await server.pull();
  };
  const lines: string[] = [];
  const whole = asking(storage, { servers: ['web-1'] }).run({
    ...call('1.0.5'),
    onLine: (line) => void (lines.push(line) === 1 && both()),
  });
  await expect(whole).rejects.toMatchObject({
    code: 'STRATEGY_FAILED',
    message: expect.stringContaining('web-1 (1.0.6 was asked for after it)') as string,
  });
});

test('what somebody has taken back on a server is not brought again by itself', async () => {
  const server = newServer(memoryStore(), { live: '1.0.0', newest: '1.1.0' });
  expect(answerOf(await server.pull())).toMatchObject({ version: '1.1.0', outcome: 'deployed' });
  server.state.live = '1.0.0';
  expect(await server.pull()).toEqual({ kind: 'idle' });
  // On a machine that was set up anew there is nothing to take back.
  server.state.live = undefined;
  expect(answerOf(await server.pull())).toMatchObject({ version: '1.1.0', outcome: 'deployed' });
});

test('of several requests the last one counts, and one answer is for all', async () => {
  const storage = memoryStore();
  const server = newServer(storage);
  for (const version of ['1.0.1', '1.0.2', '1.0.3']) await asking(storage).run(call(version));
  expect(answerOf(await server.pull())).toMatchObject({ request: 3, version: '1.0.3' });
  expect(await server.pull()).toEqual({ kind: 'idle' });
  expect(server.state.deployed).toEqual(['1.0.3']);
});

test('a deploy that was stopped has no answer, and is done by the next look; one that was killed after it is told as current', async () => {
  const storage = memoryStore();
  const server = newServer(storage);
  await asking(storage).run(call('1.0.5'));
  const stop = new AbortController();
  const stopped = pullOnce({
    ...server.options,
    signal: stop.signal,
    deploy: async () => stop.abort(new Error('enough')),
  });
  // What it did before it was stopped counts as done.
  expect(answerOf(await stopped.catch(() => ({ kind: 'idle' as const })))?.outcome ?? 'none yet').toBe('none yet');
  server.state.live = '1.0.5';
  expect(answerOf(await server.pull())).toMatchObject({ request: 1, outcome: 'current' });
});

test('a store that does not answer is asked again', async () => {
  const storage = memoryStore();
  let failures = 2;
  const shaky: ObjectStore = {
    ...storage,
    list: (...args) => {
      failures -= 1;
      if (failures >= 0) throw new StorageError('UNAVAILABLE', 'Expected an answer, got none');
      return storage.list(...args);
    },
  };
  const server = newServer(shaky, { newest: '1.0.0' });
  const stop = new AbortController();
  const kinds: string[] = [];
  const loop = async (): Promise<void> => {
    for await (const { kind } of pullDeploys({ ...server.options, everyMs: 1, signal: stop.signal })) {
      kinds.push(kind);
      if (kind === 'idle') stop.abort(new Error('enough'));
    }
  };
  await expect(loop()).rejects.toThrow('enough');
  expect(kinds.filter((kind) => kind !== 'unreachable')).toEqual(['answered', 'idle']);
  expect(kinds[0]).toBe('unreachable');
});

test('what is no request is in the way of none, and told', async () => {
  const storage = memoryStore();
  const odd = [
    '{',
    '{"format":"holdfast-deploy-request","formatVersion":1,"channel":"prod","by":"a","at":"x"}',
    '[]',
    ' '.repeat(70_000),
  ];
  for (const text of odd) await ledger(storage, 'deploy/requests').append(new TextEncoder().encode(text));
  await ledger(storage, 'deploy/answers/web-1').append(new TextEncoder().encode('{}'));
  const server = newServer(storage);
  const told = { odd: [...odd.map((_, n) => `deploy/requests/${n + 1}`), 'deploy/answers/web-1/1'].map(padded) };
  expect(await server.pull()).toEqual({ kind: 'idle', ...told });
  await asking(storage, { key: () => 'correct horse battery staple' }).run(call('1.0.5'));
  expect(await server.pull()).toMatchObject({ kind: 'answered', answer: { request: 5, outcome: 'deployed' }, ...told });
});

const padded = (key: string): string => key.replace(/\d+$/, (digits) => digits.padStart(12, '0'));

test.each(['../x', '', 'a/b', '.hidden'])('%j is no name of a server', async (server) => {
  expect(() => asking(memoryStore(), { servers: [server] })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION' }),
  );
  await expect(pullOnce({ ...newServer(memoryStore()).options, server })).rejects.toMatchObject({
    code: 'INVALID_OPTION',
  });
});

describe('whatever is asked and released', () => {
  test('in the end the last request that could be done, or a newer release, is live, and nothing is done twice', async () => {
    const versions = ['1.0.0', '1.1.0', '1.2.0'];
    const event = fc.oneof(
      fc.record({ kind: fc.constant('ask' as const), version: fc.constantFrom(...versions) }),
      fc.record({ kind: fc.constant('release' as const), version: fc.constantFrom(...versions) }),
      fc.constant({ kind: 'look' as const, version: '' }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 10 }), fc.subarray(versions), async (events, broken) => {
        const storage = memoryStore();
        const server = newServer(storage, { broken });
        let asked = 0;
        for (const { kind, version } of events) {
          if (kind === 'ask') asked += Number((await asking(storage).run(call(version))) !== undefined);
          else if (kind === 'release') server.state.newest = version;
          else await server.pull();
        }
        let looks = 0;
        while ((await server.pull()).kind !== 'idle') looks += 1;
        // A request, then what is newer: no more.
        expect(looks).toBeLessThanOrEqual(2);
        const { live, newest, deployed } = server.state;
        // One that it was at, and was asked to leave, it does not go back to by itself.
        const isLeft = newest === undefined || deployed.includes(newest);
        if (!isLeft) expect((live ?? '') >= newest).toBe(true);
        expect(broken).not.toContain(live);
        expect(server.state.deployed.length).toBeLessThanOrEqual(asked + versions.length);
      }),
      { numRuns: 40 },
    );
  });
});
