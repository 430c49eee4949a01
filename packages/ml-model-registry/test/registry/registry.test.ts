import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createRepository, type Repository } from '@x/backup-store';
import { fsStore, memoryStore, type ObjectStore } from '@x/storage';
import { beforeEach, describe, expect, it } from 'vitest';
import { createModelRegistry } from '../../src/registry/create-registry.ts';
import type { ModelRegistry, ModelRegistryOptions, RegistryEvent } from '../../src/registry/contract.ts';
import { joined, u64 } from '../support/bytes.ts';
import { field } from '../support/protobuf.ts';

let folder: string;
let storage: ObjectStore;
let repository: Repository;
let registry: ModelRegistry;
let events: RegistryEvent[];
let now: number;

const start = Date.UTC(2026, 2, 1);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'registry-'));
  storage = memoryStore();
  ({ repository } = await createRepository({ store: memoryStore(), encrypted: false }));
  events = [];
  now = start;
  registry = open();
});

function open(options: Partial<ModelRegistryOptions> = {}): ModelRegistry {
  const clock = (): number => (now += 1000);
  return createModelRegistry({
    storage,
    repository,
    clock,
    by: 'ana',
    onEvent: (event) => events.push(event),
    ...options,
  });
}

/** A safetensors file with one tensor, whose weights are all `value`. */
function model(name: string, value: number, elements = 1000): string {
  const header = `{"w":{"dtype":"F32","shape":[${elements}],"data_offsets":[0,${elements * 4}]}}`;
  const weights = new Float32Array(elements).fill(value);
  const path = join(folder, name);
  writeFileSync(path, joined(u64(header.length), header, new Uint8Array(weights.buffer)));
  return path;
}

describe('a version', () => {
  it('gets the next number by its kind of change, and keeps what is said of it', async () => {
    const first = await registry.add('lottery', model('a.safetensors', 1), {
      change: 'architecture',
      metrics: { hits: 0.5 },
    });
    const second = await registry.add('lottery', model('b.safetensors', 2), {
      change: 'Retreino',
      description: 'More draws',
      metrics: { hits: 0.6 },
      params: { epochs: 10, dropout: true },
      dataset: { name: 'draws', digest: 'sha256:00' },
      code: { commit: 'abc123' },
      parents: [{ model: 'lottery', version: '1.0.0' }],
      tags: ['team=data', 'nightly'],
    });
    const third = await registry.add('lottery', model('c.safetensors', 3), { change: 'fix' });
    const fourth = await registry.add('lottery', model('d.safetensors', 4), { change: 'architecture' });
    expect([first, second, third, fourth].map((each) => each.version.version)).toEqual([
      '1.0.0',
      '1.1.0',
      '1.1.1',
      '2.0.0',
    ]);
    expect(await registry.get('lottery', '1.1.0')).toEqual(second.version);
    expect(second.version).toMatchObject({
      reason: 'Retreino is a minor change after 1.0.0.',
      params: { epochs: 10, dropout: true },
      inspection: { format: 'safetensors', verdict: 'clean', parameters: 1000 },
      addedBy: 'ana',
      file: 'b.safetensors',
    });
    expect((await registry.list('lottery', { tags: ['nightly'] })).map(({ version }) => version)).toEqual(['1.1.0']);
    expect((await registry.list('lottery', { limit: 2 })).map(({ version }) => version)).toEqual(['2.0.0', '1.1.1']);
    expect(await registry.models()).toEqual([{ model: 'lottery', versions: 4, latest: '2.0.0', aliases: {} }]);
  });

  it('comes back bit for bit, and never over a file that is there', async () => {
    const path = model('a.safetensors', 1, 300_000);
    await registry.add('price', path, { change: 'fix' });
    const to = join(folder, 'new/place.safetensors');
    await registry.restore('price', 'latest', { to });
    expect(readFileSync(to).equals(readFileSync(path))).toBe(true);
    writeFileSync(to, 'mine');
    await expect(registry.restore('price', '1.0.0', { to })).rejects.toMatchObject({ code: 'TARGET_EXISTS' });
    expect(readFileSync(to, 'utf8')).toBe('mine');
    await registry.restore('price', 'v1.0.0', { to, overwrite: true });
    expect(readFileSync(to).equals(readFileSync(path))).toBe(true);
    expect(readdirSync(join(folder, 'new'))).toEqual(['place.safetensors']);
  });

  it('is not added again when nothing has changed', async () => {
    await registry.add('price', model('a.safetensors', 1), { change: 'fix' });
    const again = await registry.add('price', model('copy.safetensors', 1), { change: 'architecture' });
    expect([again.isNew, again.version.version]).toEqual([false, '1.0.0']);
    expect(await registry.history('price')).toHaveLength(1);
  });

  it('whose weights changed little costs little', async () => {
    const path = model('a.safetensors', 1, 500_000);
    await registry.add('price', path, { change: 'fix' });
    const bytes = readFileSync(path);
    crypto.getRandomValues(bytes.subarray(1_000_000, 1_060_000));
    writeFileSync(path, bytes);
    const { bytesStored } = await registry.add('price', path, { change: 'fix' });
    expect(bytesStored).toBeLessThan(1_200_000);
  });

  it('that is malicious is refused with the place, and leaves nothing', async () => {
    const path = join(folder, 'm.onnx');
    const node = joined(field(4, 'PyOp'), field(7, 'ai.onnx.contrib'));
    writeFileSync(path, joined(field(1, 8), field(7, field(1, node)), field(8, field(2, 13))));
    await expect(registry.add('price', path, { change: 'fix' })).rejects.toMatchObject({
      code: 'MODEL_REFUSED',
      message: expect.stringContaining('OPERATOR_RUNS_CODE at 6') as string,
      details: [expect.stringContaining('PyOp') as string],
    });
    expect(await registry.models()).toEqual([]);
    expect(await repository.snapshots()).toEqual([]);
    expect(events.map(({ type }) => type)).toEqual(['model.refused']);
    writeFileSync(path, 'nothing');
    await expect(registry.add('price', path, { change: 'fix' })).rejects.toMatchObject({ code: 'MODEL_REFUSED' });
    const lenient = open({ accept: 'unknown' });
    expect((await lenient.add('price', path, { change: 'fix' })).version.inspection.verdict).toBe('unknown');
  });

  it('that is deleted keeps its number, and one that is in use stays', async () => {
    for (const value of [1, 2]) await registry.add('price', model('a.safetensors', value), { change: 'fix' });
    await registry.promote('price', 'prod', '1.0.1');
    await expect(registry.delete('price', '1.0.1', { reason: 'bad' })).rejects.toMatchObject({
      code: 'VERSION_IN_USE',
    });
    await registry.removeAlias('price', 'prod');
    await registry.delete('price', '1.0.1', { reason: 'trained on test data' });
    await expect(registry.get('price', '1.0.1')).rejects.toMatchObject({
      code: 'VERSION_NOT_FOUND',
      message: expect.stringContaining('trained on test data') as string,
    });
    const next = await registry.add('price', model('a.safetensors', 3), { change: 'fix' });
    expect(next.version.version).toBe('1.0.2');
    expect(await repository.snapshots()).toHaveLength(2);
  });

  it('is told apart from another', async () => {
    await registry.add('price', model('a.safetensors', 1), {
      change: 'fix',
      metrics: { rmse: 2, mae: 1 },
      params: { depth: 3 },
    });
    await registry.add('price', model('a.safetensors', 1, 1010), {
      change: 'fix',
      metrics: { rmse: 1.5, mae: 1 },
      params: { trees: 9 },
    });
    expect(await registry.diff('price', '1.0.0', 'latest')).toMatchObject({
      sameContent: false,
      metrics: [{ name: 'rmse', before: 2, after: 1.5 }],
      params: [
        { name: 'depth', before: 3 },
        { name: 'trees', after: 9 },
      ],
      parametersChange: 10,
    });
  });
});

describe('an alias', () => {
  beforeEach(async () => {
    for (const value of [1, 2, 3]) await registry.add('price', model('a.safetensors', value), { change: 'fix' });
  });

  it('says where it pointed at any time', async () => {
    const first = await registry.promote('price', 'prod', '1.0.0', { reason: 'first' });
    const second = await registry.promote('price', 'prod', '1.0.1');
    const times = [first.at - 1, first.at, second.at - 1, second.at];
    const found = await Promise.all(times.map(async (at) => (await registry.aliases('price', { at }))['prod']));
    expect(found).toEqual([undefined, '1.0.0', '1.0.0', '1.0.1']);
    expect((await registry.get('price', 'prod')).version).toBe('1.0.1');
    expect(second).toMatchObject({ from: '1.0.0', to: '1.0.1', by: 'ana' });
  });

  it('goes back step by step', async () => {
    for (const version of ['1.0.0', '1.0.1', '1.0.2']) await registry.promote('price', 'prod', version);
    expect((await registry.rollback('price', 'prod')).to).toBe('1.0.1');
    expect((await registry.rollback('price', 'prod')).to).toBe('1.0.0');
    await expect(registry.rollback('price', 'prod')).rejects.toMatchObject({ code: 'NOTHING_BEFORE' });
    await registry.promote('price', 'prod', '1.0.2');
    expect((await registry.rollback('price', 'prod')).to).toBe('1.0.0');
  });

  it('is moved only from where it was expected', async () => {
    await registry.promote('price', 'prod', '1.0.0', { expected: null });
    await expect(registry.promote('price', 'prod', '1.0.1', { expected: null })).rejects.toMatchObject({
      code: 'ALIAS_MOVED',
    });
    await expect(registry.promote('price', 'prod', '1.0.1', { expected: '1.0.2' })).rejects.toMatchObject({
      code: 'ALIAS_MOVED',
    });
    await registry.promote('price', 'prod', '1.0.1', { expected: '1.0.0' });
    const others = Array.from({ length: 8 }, () => open());
    const moves = await Promise.allSettled(
      others.map((each) => each.promote('price', 'prod', '1.0.2', { expected: '1.0.1' })),
    );
    expect(moves.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is none when it looks like a version, or was never made', async () => {
    for (const alias of ['latest', '1.0.0', 'v2', 'Prod', '../x', '']) {
      await expect(registry.promote('price', alias, '1.0.0')).rejects.toMatchObject({ code: 'INVALID_NAME' });
    }
    await expect(registry.rollback('price', 'prod')).rejects.toMatchObject({ code: 'ALIAS_NOT_FOUND' });
    await expect(registry.removeAlias('price', 'prod')).rejects.toMatchObject({ code: 'ALIAS_NOT_FOUND' });
    await expect(registry.promote('price', 'prod', '9.9.9')).rejects.toMatchObject({ code: 'VERSION_NOT_FOUND' });
  });
});

describe('what goes wrong', () => {
  it.each(['../x', 'a/b', '.hidden', 'A', '', 'a..b', 'x'.repeat(65), 'nul\0'])('the name %j is none', async (name) => {
    await expect(registry.add(name, model('a.safetensors', 1), { change: 'fix' })).rejects.toMatchObject({
      code: 'INVALID_NAME',
    });
  });

  it('a change, a metric or a tag that is none is refused before anything is read', async () => {
    const add = (options: object): Promise<unknown> => registry.add('price', '/none', { change: 'fix', ...options });
    await expect(add({ change: 'other' })).rejects.toMatchObject({ code: 'UNKNOWN_CHANGE' });
    await expect(add({ metrics: { a: Number.NaN } })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(add({ tags: ['a b'] })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(add({})).rejects.toMatchObject({ code: 'READ_FAILED' });
    await expect(registry.get('none', 'latest')).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
    const own = open({ changes: { Tuning: 'patch' } });
    expect((await own.add('price', model('a.safetensors', 1), { change: 'tuning' })).version.version).toBe('1.0.0');
  });

  it('who may not, does not', async () => {
    const asked: unknown[] = [];
    const guarded = open({
      authorize: (intent) => {
        asked.push(intent);
        if (['promote', 'scrub', 'compare'].includes(intent.action)) throw new Error('not you');
      },
    });
    await guarded.add('price', model('a.safetensors', 1), { change: 'fix' });
    await expect(guarded.promote('price', 'prod', '1.0.0')).rejects.toThrow('not you');
    expect(await guarded.aliases('price')).toEqual({});
    await expect(guarded.scrub()).rejects.toThrow('not you');
    await expect(guarded.diff('price', '1.0.0', 'latest', { weights: true })).rejects.toThrow('not you');
    expect(asked).toMatchObject([
      { action: 'add' },
      { action: 'promote', alias: 'prod', version: '1.0.0', by: 'ana' },
      { action: 'scrub', model: 'price' },
      { action: 'compare', version: '1.0.0' },
    ]);
    await registry.scrub();
    expect(events.slice(-2)).toMatchObject([
      { type: 'model.denied', reason: 'compare' },
      { type: 'model.scrubbed', model: 'price', reason: '1 read, 0 damaged' },
    ]);
  });

  it('who may not bring back or delete, does not, and what is done is told', async () => {
    const denied = new Set(['restore', 'delete']);
    const guarded = open({
      authorize: ({ action }) => {
        if (denied.has(action)) throw new Error('not you');
      },
    });
    await guarded.add('price', model('a.safetensors', 1), { change: 'fix' });
    const to = join(folder, 'out');
    await expect(guarded.restore('price', 'latest', { to })).rejects.toThrow('not you');
    await expect(guarded.delete('price', '1.0.0', { reason: 'old' })).rejects.toThrow('not you');
    expect([existsSync(to), (await registry.list('price')).length]).toEqual([false, 1]);
    expect(await repository.snapshots()).toHaveLength(1);
    denied.clear();
    await guarded.restore('price', 'latest', { to });
    await guarded.delete('price', '1.0.0', { reason: 'old' });
    const of = { model: 'price', version: '1.0.0', by: 'ana', at: expect.any(Number) as number };
    expect(events).toEqual([
      { ...of, type: 'model.added' },
      { ...of, type: 'model.denied', reason: 'restore' },
      { ...of, type: 'model.denied', reason: 'delete' },
      { ...of, type: 'model.restored' },
      { ...of, type: 'model.deleted', reason: 'old' },
    ]);
  });

  it('two that add at once get two versions', async () => {
    const paths = [1, 2, 3].map((value) => model(`${value}.safetensors`, value));
    const added = await Promise.all(paths.map(async (path) => open().add('price', path, { change: 'fix' })));
    expect(added.map(({ version }) => version.version).toSorted()).toEqual(['1.0.0', '1.0.1', '1.0.2']);
  });

  it('an entry of the history that was changed is seen', async () => {
    const store = fsStore(join(folder, 'names'));
    const stored = open({ storage: store });
    await stored.add('price', model('a.safetensors', 1), { change: 'fix' });
    await stored.promote('price', 'prod', '1.0.0');
    const entry = join(folder, 'names/models/price/history/000000000001');
    chmodSync(entry, 0o600);
    writeFileSync(entry, readFileSync(entry, 'utf8').replace('"fix"', '"fax"'));
    await expect(open({ storage: store }).get('price', 'prod')).rejects.toMatchObject({ code: 'HISTORY_DAMAGED' });
  });

  it('content that is gone or changed is told, and nothing is written', async () => {
    const path = join(folder, 'repository');
    const made = await createRepository({ store: path, encrypted: false });
    const stored = open({ repository: made.repository });
    await stored.add('price', model('a.safetensors', 1, 100_000), { change: 'fix' });
    await promisify(execFile)('sh', [
      '-c',
      `chmod -R u+w '${path}' && find '${path}' -path '*packs*' -type f -exec sh -c 'printf XXXX | dd of="$1" bs=1 seek=100 conv=notrunc' _ {} ';'`,
    ]);
    const to = join(folder, 'out');
    await expect(stored.restore('price', '1.0.0', { to })).rejects.toMatchObject({ code: 'MODEL_DAMAGED' });
    expect([existsSync(to), readdirSync(folder).filter((name) => name.endsWith('.part'))]).toEqual([false, []]);
  });
});
