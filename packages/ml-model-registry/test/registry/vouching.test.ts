import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRepository, type Repository } from '@x/backup-store';
import { digestFile, generateKeyPair, verifyModel } from '@x/integrity';
import { memoryStore, type ObjectStore, readObject } from '@x/storage';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commandRunner } from '../../src/load-test/command-runner.ts';
import { createModelRegistry } from '../../src/registry/create-registry.ts';
import type { ModelIntent, ModelRegistry, ModelRegistryOptions, RegistryEvent } from '../../src/registry/contract.ts';
import { joined, u64 } from '../support/bytes.ts';

const key = generateKeyPair({ algorithm: 'ecdsa-p256' });
const other = generateKeyPair({ algorithm: 'ecdsa-p256' });

let folder: string;
let storage: ObjectStore;
let repository: Repository;
let events: RegistryEvent[];
let asked: ModelIntent[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vouching-'));
  ({ repository } = await createRepository({ store: memoryStore(), encrypted: false }));
});

beforeEach(() => {
  storage = memoryStore();
  events = [];
  asked = [];
});

function open(options: Partial<ModelRegistryOptions> = {}): ModelRegistry {
  return createModelRegistry({
    storage,
    repository,
    by: 'ana',
    onEvent: (event) => events.push(event),
    authorize: (intent) => void asked.push(intent),
    ...options,
  });
}

function model(value: number): string {
  const header = '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
  const path = join(folder, `${value}.safetensors`);
  writeFileSync(path, joined(u64(header.length), header, new Uint8Array(Float32Array.of(value).buffer)));
  return path;
}

const types = (): readonly string[] => events.map(({ type }) => type);
const trust = { keys: [key.publicKey] };

describe('a version of a registry with a key', () => {
  it('is signed when it is added, as other tools of model signing read it', async () => {
    const registry = open({ sign: { privateKey: key.privateKey }, trust });
    const path = model(1);
    const { version } = await registry.add('price', path, { change: 'fix' });
    const { signatures } = await registry.trust('price', 'latest');
    const resources = [{ name: version.file, digest: await digestFile(path) }];
    expect(verifyModel(signatures[0]?.bundle ?? '', { resources, keys: [key.publicKey] }).verified).toBe(true);
    expect(await registry.verify('price', '1.0.0')).toMatchObject({
      verified: true,
      method: 'key',
      signer: key.publicKey.keyId,
      signedBy: 'ana',
    });
    const to = join(folder, 'restored');
    await registry.restore('price', '1.0.0', { to });
    expect(existsSync(to)).toBe(true);
  });

  it('is not brought back unsigned or signed by somebody else', async () => {
    await open().add('price', model(1), { change: 'fix' });
    const to = join(folder, 'never');
    await expect(open({ trust }).restore('price', 'latest', { to })).rejects.toMatchObject({ code: 'NOT_SIGNED' });
    await open({ sign: { privateKey: other.privateKey } }).sign('price', 'latest');
    await expect(open({ trust }).restore('price', 'latest', { to })).rejects.toMatchObject({
      code: 'BAD_SIGNATURE',
      message: expect.stringContaining('a key has signed it that is not trusted') as string,
    });
    expect(existsSync(to)).toBe(false);
    expect(events.filter(({ type }) => type === 'model.refused')).toHaveLength(2);
    const revoked = { keys: [{ publicKey: other.publicKey, revoked: true }] };
    expect(await open().verify('price', 'latest', revoked)).toMatchObject({
      verified: false,
      problem: 'the key that has signed it was revoked',
    });
    await open({ sign: { privateKey: key.privateKey } }).sign('price', '1.0.0');
    await open({ trust }).restore('price', 'latest', { to });
    expect(types()).toContain('model.signed');
  });

  it('that was copied into the history of another model, or hides behind an alias that looks like it, is seen', async () => {
    const signer = open({ sign: { privateKey: key.privateKey } });
    await signer.add('other', model(1), { change: 'fix' });
    await signer.add('price', model(2), { change: 'fix' });
    const entry = Buffer.from(await readObject(storage, 'models/other/history/000000000001')).toString();
    const body = Buffer.from(entry);
    const [first] = await open().history('price');
    const previous = createHash('sha256')
      .update(`${JSON.stringify(first)}\n`)
      .digest('hex');
    const alias = { kind: 'alias.moved', alias: '1.0.0', to: '1.0.0', n: 2, at: 1, by: 'eve', previous, token: 't' };
    await storage.createIfAbsent('models/copied/history/000000000001', body);
    await storage.createIfAbsent('models/price/history/000000000002', Buffer.from(`${JSON.stringify(alias)}\n`));
    for (const name of ['copied', 'price']) {
      const restoring = open({ trust }).restore(name, 'latest', { to: join(folder, 'copied') });
      await expect(restoring).rejects.toMatchObject({ code: 'HISTORY_DAMAGED' });
    }
  });

  it('needs a key on one of the curves that others know, before anything is stored', async () => {
    const registry = open({ sign: { privateKey: generateKeyPair().privateKey } });
    await expect(registry.add('price', model(1), { change: 'fix' })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    expect(await registry.models()).toEqual([]);
    await open().add('price', model(1), { change: 'fix' });
    await expect(open().sign('price', 'latest')).rejects.toMatchObject({ code: 'KEY_NEEDED' });
    await expect(open().verify('price', 'latest')).rejects.toMatchObject({ code: 'KEY_NEEDED' });
  });
});

describe('an alias with gates', () => {
  const gates = {
    prod: {
      metrics: [{ metric: 'hits', min: 0.5 }],
      noRegression: [{ metric: 'hits', better: 'higher' }],
      inspection: 'clean',
      approvals: 1,
    },
  } as const;

  beforeEach(async () => {
    const registry = open();
    await registry.add('price', model(1), { change: 'retrain', metrics: { hits: 0.6 } });
    await registry.add('price', model(2), { change: 'retrain', metrics: { hits: 0.55 } });
  });

  it('goes to a version that passes, and refuses a worse one with all that is wrong', async () => {
    const registry = open({ gates });
    await open({ by: 'eva' }).approve('price', '1.0.0', { reason: 'looked at' });
    expect((await registry.planPromotion('price', 'prod', '1.0.0')).allowed).toBe(true);
    const move = await registry.promote('price', 'prod', '1.0.0');
    expect(move.gates?.map(({ status }) => status)).toEqual(['passed', 'passed', 'passed', 'passed']);
    await expect(registry.promote('price', 'prod', '1.1.0')).rejects.toMatchObject({
      code: 'GATE_FAILED',
      message: 'Expected price 1.1.0 to pass all gates of prod, got 2 failed: no regression of hits, approvals',
      details: [
        'no regression of hits: expected at least 0.6 (as 1.0.0), got 0.55',
        'approvals: expected 1 of others than ana, got none',
      ],
    });
    expect(await registry.aliases('price')).toEqual({ prod: '1.0.0' });
    await registry.promote('price', 'staging', '1.1.0');
    expect(events.at(-2)).toMatchObject({ type: 'model.refused', reason: 'no regression of hits, approvals' });
  });

  it('that was taken away takes nothing worse than it had, also when that is deleted', async () => {
    const registry = open({ gates: { prod: { noRegression: [{ metric: 'hits', better: 'higher' }] } } });
    await registry.promote('price', 'prod', '1.0.0');
    await registry.removeAlias('price', 'prod');
    const worse = { code: 'GATE_FAILED', details: [expect.stringContaining('at least 0.6 (as 1.0.0)') as string] };
    await expect(registry.promote('price', 'prod', '1.1.0')).rejects.toMatchObject(worse);
    await registry.delete('price', '1.0.0', { reason: 'out of the way' });
    await expect(registry.promote('price', 'prod', '1.1.0')).rejects.toMatchObject(worse);
    expect((await registry.planPromotion('price', 'prod', '1.1.0')).from).toBeUndefined();
  });

  it('is forced only with a reason and by whom may, and the history keeps what was wrong', async () => {
    const registry = open({ gates });
    await expect(registry.promote('price', 'prod', '1.1.0', { force: true, reason: ' ' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    const guarded = open({
      gates,
      authorize: ({ action }) => {
        if (action === 'override') throw new Error('not you');
      },
    });
    await expect(guarded.promote('price', 'prod', '1.1.0', { force: true, reason: 'now' })).rejects.toThrow('not you');
    expect(events.at(-1)).toMatchObject({ type: 'model.denied', reason: 'override', version: '1.1.0' });
    await registry.promote('price', 'prod', '1.1.0', { force: true, reason: 'an outage' });
    const history = await registry.history('price');
    expect(history.findLast(({ kind }) => kind === 'alias.moved')).toMatchObject({
      forced: true,
      reason: 'an outage',
      gates: [
        { status: 'passed' },
        { status: 'passed' },
        { status: 'passed' },
        { gate: 'approvals', status: 'failed' },
      ],
    });
    expect(types().slice(-2)).toEqual(['model.overridden', 'model.promoted']);
    expect(asked.slice(-2).map(({ action }) => action)).toEqual(['promote', 'override']);
    // A way back has no gates.
    await registry.promote('price', 'prod', '1.0.0', { force: true, reason: 'over' });
    expect((await registry.rollback('price', 'prod')).to).toBe('1.1.0');
  });

  it('is judged anew when something happens to the model meanwhile', async () => {
    let calls = 0;
    const check = async (): Promise<undefined> => {
      calls += 1;
      if (calls === 1) await open().promote('price', 'staging', '1.0.0');
    };
    const registry = open({ gates: { prod: { own: [{ name: 'slow', check }] } } });
    await registry.promote('price', 'prod', '1.0.0');
    expect(calls).toBe(2);
    await expect(registry.promote('price', 'prod', '1.1.0', { expected: null })).rejects.toMatchObject({
      code: 'ALIAS_MOVED',
    });
    expect(calls).toBe(2);
  });

  it('takes no approval of whoever has added the version', async () => {
    await expect(open().approve('price', '1.0.0', { reason: 'mine' })).rejects.toMatchObject({ code: 'OWN_APPROVAL' });
    const eva = open({ by: 'eva' });
    await expect(eva.approve('price', '1.0.0', { reason: '' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    const first = await eva.approve('price', '1.0.0', { reason: 'looked at' });
    expect(await eva.approve('price', '1.0.0', { reason: 'again' })).toEqual(first);
    expect((await eva.trust('price', '1.0.0')).approvals).toEqual([first]);
    expect(types().filter((type) => type === 'model.approved')).toHaveLength(1);
    expect(asked.map(({ action }) => action)).toContain('approve');
  });
});

describe('a validation', () => {
  const loadTest = { runners: [commandRunner({ name: 'cat', command: ['sh', '-c', 'test -s "$1"', 'sh', '{file}'] })] };

  it('is digest, structure, signature and load test, kept for gates, and leaves no file', async () => {
    const registry = open({ loadTest, gates: { prod: { loadTest: true } } });
    await registry.add('price', model(1), { change: 'fix' });
    await expect(registry.promote('price', 'prod', 'latest')).rejects.toMatchObject({
      details: ['load test: expected passed, got not tested'],
    });
    const before = readdirSync(tmpdir()).filter((name) => /^(?:model|load-test)-/.test(name));
    const report = await registry.validate('price', 'latest');
    expect(
      readdirSync(tmpdir()).filter((name) => /^(?:model|load-test)-/.test(name) && !before.includes(name)),
    ).toEqual([]);
    expect(report).toMatchObject({
      status: 'passed',
      digest: { status: 'passed' },
      structure: { status: 'passed', format: 'safetensors', verdict: 'clean' },
      signature: { status: 'unchecked' },
      loadTest: { status: 'passed', runner: 'cat' },
    });
    await registry.promote('price', 'prod', 'latest');
    const history = await registry.history('price');
    expect(history.find(({ kind }) => kind === 'version.tested')).toMatchObject({
      version: '1.0.0',
      report: { status: 'passed' },
    });
    expect(events.map(({ type, reason }) => [type, reason])).toContainEqual(['model.tested', 'passed: Loaded by sh']);
    expect(asked.map(({ action }) => action)).toContain('test');
  });

  it('does not load what is not signed by whom it should be, or is damaged', async () => {
    await open().add('price', model(1), { change: 'fix' });
    const unsigned = await open({ loadTest, trust }).validate('price', 'latest');
    expect(unsigned).toMatchObject({
      status: 'failed',
      signature: { status: 'failed' },
      loadTest: { status: 'skipped', detail: 'Not loaded: it is not signed' },
    });
    const lost = await createRepository({ store: memoryStore(), encrypted: false });
    expect(await open({ loadTest, repository: lost.repository }).validate('price', 'latest')).toMatchObject({
      status: 'failed',
      digest: { status: 'failed' },
      structure: { status: 'skipped' },
      loadTest: { detail: 'Not loaded: it is damaged' },
    });
    expect(await open().validate('price', 'latest')).toMatchObject({
      status: 'incomplete',
      loadTest: { detail: 'Not loaded: nothing here runs safetensors' },
    });
    expect(await open().history('price')).toHaveLength(1);
  });
});
