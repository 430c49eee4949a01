import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRepository } from '@x/backup-store';
import { memoryStore } from '@x/storage';
import { describe, expect, it } from 'vitest';
import { AuditTrail } from '../../src/history/audit-trail.ts';
import type { RegistryEvent } from '../../src/registry/contract.ts';
import { createModelRegistry } from '../../src/registry/create-registry.ts';
import { ownRegistry, writeWeights } from '../support/registry.ts';

const evil = Buffer.from("cposix\nsystem\n(S'id'\ntR.");

describe('the history of a model', () => {
  it('says who restored which version, and who was refused what and why', async () => {
    const refused = new Set(['delete']);
    const { registry, folder } = await ownRegistry({
      clock: () => 1000,
      authorize: ({ action }) => {
        if (refused.has(action)) throw new Error('not you');
      },
      gates: { prod: { metrics: [{ metric: 'hits', min: 0.5 }] } },
    });
    await registry.add('price', writeWeights(join(folder, 'm.safetensors'), 1), { change: 'fix' });
    await registry.restore('price', 'latest', { to: join(folder, 'back') });
    await expect(registry.delete('price', '1.0.0', { reason: 'old' })).rejects.toThrow('not you');
    await expect(registry.promote('price', 'prod', '1.0.0')).rejects.toMatchObject({ code: 'GATE_FAILED' });
    const path = join(folder, 'evil.pkl');
    writeFileSync(path, evil);
    await expect(registry.add('price', path, { change: 'fix' })).rejects.toMatchObject({ code: 'MODEL_REFUSED' });
    await expect(registry.admit('price', '1.0.0', { by: 'rui' })).resolves.toBeDefined();
    refused.add('restore');
    await expect(registry.admit('price', '1.0.0', { by: 'rui' })).rejects.toThrow('not you');
    const events = await registry.history('price');
    expect(events.map(({ kind, by }) => `${kind} ${by}`)).toEqual([
      'version.added ana',
      'version.restored ana',
      'model.denied ana',
      'model.refused ana',
      'model.refused ana',
      'model.denied rui',
    ]);
    expect(events).toMatchObject([
      {},
      { version: '1.0.0', at: 1000, n: 1 },
      { version: '1.0.0', reason: 'delete', n: 2 },
      { version: '1.0.0', alias: 'prod', reason: 'metric hits' },
      { reason: expect.stringMatching(/^malicious: PICKLE_/) as string },
      { version: '1.0.0', reason: 'restore' },
    ]);
  });

  it('of a model that never came to be says who was refused', async () => {
    const { registry, folder } = await ownRegistry();
    const path = join(folder, 'evil.pkl');
    writeFileSync(path, evil);
    await expect(registry.add('price', path, { change: 'fix' })).rejects.toMatchObject({ code: 'MODEL_REFUSED' });
    expect(await registry.history('price')).toMatchObject([{ kind: 'model.refused' }]);
    expect(await registry.models()).toEqual([]);
    await expect(registry.history('other')).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  });

  it('may be read-only: what is restored is, and that nobody wrote it down is told', async () => {
    const storage = memoryStore();
    const { repository } = await createRepository({ store: memoryStore(), encrypted: false });
    const { registry, folder } = await ownRegistry({ storage, repository });
    await registry.add('price', writeWeights(join(folder, 'm.safetensors'), 1), { change: 'fix' });
    const told: RegistryEvent[] = [];
    const refuse = (): Promise<never> => Promise.reject(new Error('read-only'));
    const onEvent = (event: RegistryEvent): void => void told.push(event);
    const reader = createModelRegistry({ storage: { ...storage, createIfAbsent: refuse }, repository, onEvent });
    await reader.restore('price', 'latest', { to: join(folder, 'back') });
    expect(told.map(({ type }) => type)).toEqual(['model.restored', 'model.audit-not-written', 'model.use-not-noted']);
  });
});

describe('a trail', () => {
  const trailOf = (store: ReturnType<typeof memoryStore>, kept?: number): AuditTrail =>
    new AuditTrail(store, 'audit', { clock: () => 5, kept });

  it('keeps the last entries, and of each no more than it has to', async () => {
    const store = memoryStore();
    for (let n = 1; n <= 7; n += 1)
      await trailOf(store, 4).append({ kind: 'model.refused', reason: `${n}${'x'.repeat(5000)}` }, 'ana');
    const events = await trailOf(store, 4).events();
    expect(events.map(({ n }) => n)).toEqual([4, 5, 6, 7]);
    expect(events.map((event) => JSON.stringify(event).length)).toSatisfy((sizes: number[]) =>
      sizes.every((size) => size < 1000),
    );
    expect((await store.list('audit/')).objects).toHaveLength(4);
  });

  it('shows when an entry was changed or taken out', async () => {
    const store = memoryStore();
    for (let n = 1; n <= 3; n += 1) await trailOf(store).append({ kind: 'version.restored', version: '1.0.0' }, 'ana');
    const key = 'audit/000000000002';
    const changed = Buffer.from(
      JSON.stringify({ kind: 'version.restored', version: '2.0.0', n: 2, at: 5, by: 'eve', token: 't' }),
    );
    await store.delete(key);
    await expect(trailOf(store).events()).rejects.toMatchObject({ code: 'HISTORY_DAMAGED' });
    await store.createIfAbsent(key, changed);
    await expect(trailOf(store).events()).rejects.toMatchObject({ code: 'HISTORY_DAMAGED' });
  });

  it('takes entries of many at once, each once', async () => {
    const store = memoryStore();
    const all = Array.from({ length: 20 }, (_, index) => `u${index}`);
    await Promise.all(
      all.map(async (by) => await trailOf(store).append({ kind: 'version.restored', version: '1.0.0' }, by)),
    );
    expect((await trailOf(store).events()).map(({ by }) => by).toSorted()).toEqual(all.toSorted());
  });
});
