import { createHmac } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ledger, memoryStore, type ObjectStore } from '@x/storage';
import { describe, expect, test } from 'vitest';
import { pullOnce, type PullOptions, serverControlledStrategy } from '../../../src/deploy/index.ts';
import { temporaryFolder } from '../../artifact/tree.ts';
import { DAY, MINUTE, START } from '../deployments.ts';

const KEY = 'correct horse battery staple';
const key = () => KEY;

interface World {
  readonly storage: ObjectStore;
  readonly deployed: string[];
  /** Asks for a version, with a key or without. */
  readonly ask: (version: string, options?: { key?: () => string; at?: number }) => Promise<unknown>;
  readonly pull: (options?: Partial<PullOptions>) => ReturnType<typeof pullOnce>;
  /** The text of an entry. */
  readonly text: (name: string, n: number) => Promise<string>;
  readonly append: (name: string, text: string) => Promise<number>;
}

function world(): World {
  const storage = memoryStore();
  const deployed: string[] = [];
  return {
    storage,
    deployed,
    ask: (version, { at = START, ...signing } = { key }) =>
      serverControlledStrategy({ storage, by: 'ann', clock: () => at, ...signing }).run({ version, channel: 'prod' }),
    pull: (options) =>
      pullOnce({
        storage,
        channel: 'prod',
        server: 'web-1',
        key,
        clock: () => START,
        newest: async () => undefined,
        current: async () => deployed.at(-1),
        deploy: async (version) => void deployed.push(version),
        ...options,
      }),
    text: async (name, n) => new TextDecoder().decode(await ledger(storage, name).read(n)),
    append: (name, text) => ledger(storage, name).append(new TextEncoder().encode(text)),
  };
}

const UNTRUSTED = { kind: 'answered', answer: { outcome: 'failed', error: { code: 'REQUEST_UNTRUSTED' } } };

test('a request that is signed with the key of the server is obeyed, and so says an answer that is signed with it', async () => {
  const { ask, pull, deployed, storage } = world();
  await ask('1.0.5');
  expect(await pull()).toMatchObject({ answer: { outcome: 'deployed', request: 1 } });
  expect(await pull()).toEqual({ kind: 'idle' });
  expect(deployed).toEqual(['1.0.5']);
  const waiting = serverControlledStrategy({ storage, key, servers: ['web-1'], pollMs: 1, clock: () => START });
  const whole = waiting.run({ version: '1.0.6', channel: 'prod' });
  while (!deployed.includes('1.0.6')) await pull();
  expect(await whole).toMatchObject({ isLive: true });
});

test('the signature is HMAC-SHA-256 over method, path, time and body, as the format says', async () => {
  const { ask, text } = world();
  await ask('1.0.5');
  const whole = await text('deploy/requests', 1);
  const [body = '', signature = ''] = whole.split(/,"signature":"hmac-sha256:/);
  const signed = `PUT\n/deploy/requests/000000000001\n2026-03-02T12:00:00.000Z\n${body}}`;
  expect(signature).toBe(`${createHmac('sha256', KEY).update(signed).digest('hex')}"}`);
});

test('a number far beyond the others is passed over, and neither asking nor answering ends by it', async () => {
  const { ask, pull, deployed, storage, text } = world();
  await ask('1.0.4');
  const planted = 'deploy/requests/999999999999';
  await storage.createIfAbsent(planted, new TextEncoder().encode(await text('deploy/requests', 1)));
  await storage.createIfAbsent('deploy/answers/web-1/999999999999', new TextEncoder().encode('{}'));
  expect(await pull()).toMatchObject({ answer: { request: 1 }, odd: [planted, 'deploy/answers/web-1/999999999999'] });
  await ask('1.0.5');
  expect(await pull()).toMatchObject({ answer: { request: 2, outcome: 'deployed' } });
  await ask('1.0.6', {});
  expect(await pull({ key: undefined })).toMatchObject({ answer: { request: 3, outcome: 'deployed' } });
  expect(deployed).toEqual(['1.0.4', '1.0.5', '1.0.6']);
});

test('a request that was answered and is gone lets none before it be obeyed, and leaves its number to no other', async () => {
  const { ask, pull, deployed, storage, append } = world();
  await ask('1.0.4');
  await ask('1.0.5');
  await pull();
  await storage.delete('deploy/requests/000000000002');
  expect(await pull()).toEqual({ kind: 'idle' });
  // The answer of another server counts, too, but not one that is not signed.
  const format = { format: 'holdfast-deploy-request', formatVersion: 0, at: 'then', token: 'x' };
  const answer = JSON.stringify({ ...format, server: 'web-2', request: 900, outcome: 'none' });
  await append('deploy/answers/web-2', answer);
  await ask('1.0.6');
  expect(await pull()).toMatchObject({ answer: { request: 3, version: '1.0.6', outcome: 'deployed' } });
  expect(deployed).toEqual(['1.0.5', '1.0.6']);
});

describe('a server with a key deploys nothing', () => {
  test.each<readonly [string, (world: World) => Promise<unknown>]>([
    ['without a signature', ({ ask }) => ask('6.6.6', {})],
    ['with another key', ({ ask }) => ask('6.6.6', { key: () => `${KEY}.` })],
    [
      'that was changed',
      async ({ text, append }) => {
        const other = world();
        await other.ask('1.0.5');
        const signed = await other.text('deploy/requests', 1);
        expect(signed).toContain('1.0.5');
        await append('deploy/requests', signed.replace('1.0.5', '6.6.6'));
        expect(await text('deploy/requests', 1)).toContain('6.6.6');
      },
    ],
    [
      'that was copied from another place',
      async ({ ask, text, append }) => {
        await ask('1.0.5');
        await append('deploy/requests', await text('deploy/requests', 1));
      },
    ],
    ['that is older than a day', ({ ask }) => ask('1.0.5', { key, at: START - DAY - 1 })],
    ['from the future', ({ ask }) => ask('1.0.5', { key, at: START + 5 * MINUTE + 1 })],
  ])('that is asked for %s', async (what, arrange) => {
    const all = world();
    await arrange(all);
    if (what === 'that was copied from another place') await all.pull();
    const before = [...all.deployed];
    expect(await all.pull()).toMatchObject(UNTRUSTED);
    expect(all.deployed).toEqual(before);
    // It was answered, and is in nobody's way.
    expect(await all.pull()).toEqual({ kind: 'idle' });
  });
});

test('a forged request is in the way of none that is signed', async () => {
  const { ask, pull, deployed } = world();
  await ask('1.0.5');
  await ask('6.6.6', {});
  expect(await pull()).toMatchObject({ answer: { request: 1, version: '1.0.5', outcome: 'deployed' } });
  expect(await pull()).toMatchObject({ ...UNTRUSTED, answer: { request: 2 } });
  expect(deployed).toEqual(['1.0.5']);
});

test('a server with a key goes nowhere by itself, also where somebody puts a newer release into the store', async () => {
  const { ask, pull, deployed } = world();
  const newest = async (): Promise<string> => Promise.resolve('6.6.6');
  expect(await pull({ newest })).toEqual({ kind: 'idle' });
  await ask('1.0.5');
  await pull({ newest });
  expect(await pull({ newest })).toEqual({ kind: 'idle' });
  expect(deployed).toEqual(['1.0.5']);
});

test('how old a request may be is said by the server', async () => {
  const { ask, pull } = world();
  await ask('1.0.5', { key, at: START - 3 * DAY });
  expect(await pull({ maxAgeMs: 7 * DAY })).toMatchObject({ answer: { outcome: 'deployed' } });
});

test('an answer that is not signed is believed by nobody who has a key', async () => {
  const { pull, storage, deployed } = world();
  const lines: string[] = [];
  const waiting = serverControlledStrategy({
    storage,
    key,
    servers: ['web-1'],
    pollMs: 1,
    timeoutMs: 20,
    clock: () => START,
  });
  const whole = waiting.run({
    version: '1.0.5',
    channel: 'prod',
    onLine: (line) => {
      lines.push(line);
      if (lines.length === 1) void pull({ key: undefined });
    },
  });
  await expect(whole).rejects.toMatchObject({ code: 'STRATEGY_FAILED' });
  expect(lines).toContain('web-1: an answer that is not signed with the key is passed over');
  // And so the server does what was asked, once it has the key.
  deployed.length = 0;
  expect(await pull()).toMatchObject({ answer: { request: 1, outcome: 'deployed' } });
});

test('a key comes from a file or a variable; none, or a short one, is told without its content', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'key');
  writeFileSync(file, `${KEY}\n`);
  chmodSync(file, 0o600);
  const { ask, pull } = world();
  await ask('1.0.5');
  expect(await pull({ key: { file } })).toMatchObject({ answer: { outcome: 'deployed' } });
  writeFileSync(file, 'secret');
  const short = pull({ key: { file } });
  await expect(short).rejects.toMatchObject({
    code: 'INVALID_OPTION',
    message: 'Expected a key for requests to deploy of 16 bytes or more, got 6',
  });
  await expect(pull({ key: { env: 'HOLDFAST_NO_SUCH_KEY' } })).rejects.toMatchObject({
    code: 'INVALID_OPTION',
    message: expect.stringContaining('HOLDFAST_NO_SUCH_KEY is not set') as string,
  });
});
