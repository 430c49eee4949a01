import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRepository } from '@x/backup-store';
import { fsStore, memoryStore, type ObjectStore } from '@x/storage';
import { describe, expect, it } from 'vitest';
import { createModelRegistry } from '../../src/registry/create-registry.ts';
import { writeWeights } from '../support/registry.ts';

const folder = mkdtempSync(join(tmpdir(), 'own-'));
const file = writeWeights(join(folder, 'm.safetensors'), 1);
const shared = (store: ObjectStore): ObjectStore => ({ ...store, close: () => Promise.resolve() });

describe('a registry of one place', () => {
  it('has names and history beside the content of a repository', async () => {
    const store = memoryStore();
    const { repository } = await createRepository({ store, encrypted: false });
    await createModelRegistry({ repository }).add('price', file, { change: 'fix' });
    expect(await createModelRegistry({ repository }).models()).toMatchObject([{ model: 'price', latest: '1.0.0' }]);
    const { objects } = await store.list('models/');
    expect(objects.map(({ key }) => key)).toContain('models/price/history/000000000001');
  });

  it('makes a repository in a store, and opens it again with what made it', async () => {
    const storage = fsStore(join(folder, 'store'));
    const unlock = { keyFile: join(folder, 'key') };
    {
      await using registry = await createModelRegistry({ storage, unlock, by: 'ana' });
      await registry.add('price', file, { change: 'fix' });
      expect(registry.repository.encrypted).toBe(true);
    }
    await using again = await createModelRegistry({ storage: fsStore(join(folder, 'store')), unlock });
    await again.restore('price', 'latest', { to: join(folder, 'back') });
    expect(readFileSync(join(folder, 'back'))).toEqual(readFileSync(file));
    const other = createModelRegistry({ storage: fsStore(join(folder, 'store')), unlock: { passphrase: 'other' } });
    await expect(other).rejects.toMatchObject({ code: 'WRONG_KEY' });
  });

  it('is not made without a key, unless it is to be open to all', async () => {
    const storage = shared(memoryStore());
    await expect(createModelRegistry({ storage })).rejects.toMatchObject({ code: 'KEY_NEEDED' });
    const unlock = { recoveryCode: 'AAAA' };
    await expect(createModelRegistry({ storage, unlock })).rejects.toMatchObject({ code: 'KEY_NEEDED' });
    expect((await storage.list('')).objects).toEqual([]);
    const both = await Promise.all([1, 2].map(async () => await createModelRegistry({ storage, encrypted: false })));
    const [one, two] = both;
    await one?.add('price', file, { change: 'fix' });
    expect(await two?.models()).toMatchObject([{ model: 'price' }]);
  });
});
