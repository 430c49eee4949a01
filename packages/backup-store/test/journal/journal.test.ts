import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { memoryStore, type ObjectStore } from '@x/storage';
import { describe, expect, it } from 'vitest';

import { OpenJournal } from '../../src/journal/open-journal.ts';
import { Tenant, withNewKeys } from '../../src/keyring/tenant.ts';
import { createAt, filesBelow, newPlace, openAt } from '../fixtures/place.ts';
import { sealedStore, tenantOf } from '../fixtures/sealing.ts';

const tenant = tenantOf('north');

function journalIn(store: ObjectStore, of: Tenant = tenant): OpenJournal {
  return new OpenJournal({
    sealed: sealedStore(store),
    clock: () => Date.UTC(2030, 4, 3),
    tenant: async () => await Promise.resolve(of),
    checkCount: async () => await Promise.resolve(),
    emit: () => undefined,
  });
}

const RESTORE = { target: 'postgres://db/shop', snapshot: 'a'.repeat(32), modules: ['guests'], mode: 'merge' } as const;

describe('the journal of a tenant', () => {
  it('knows which records were erased, by module and id', async () => {
    const store = memoryStore();
    expect(await journalIn(store).erased()).toMatchObject({ count: 0 });
    expect(await journalIn(store).erase({ module: 'guests', ids: ['ann', 'ben', 'ann'] })).toEqual({ added: 2 });
    expect(await journalIn(store).erase({ module: 'guests', ids: ['ben', 'cleo'] })).toEqual({ added: 1 });
    const erased = await journalIn(store).erased();
    expect(['ann', 'ben', 'cleo', 'dora'].map((id) => erased.has('guests', id))).toEqual([true, true, true, false]);
    expect(erased.has('stays', 'ann')).toBe(false);
    expect(erased.count).toBe(3);
  });

  it('keeps all entries of those who write at the same time', async () => {
    const store = memoryStore();
    const ids = Array.from({ length: 8 }, (_, n) => `guest-${n}`);
    await Promise.all(ids.map(async (id) => await journalIn(store).erase({ module: 'guests', ids: [id] })));
    expect((await journalIn(store).erased()).count).toBe(8);
    expect(await journalIn(store).entries()).toHaveLength(8);
  });

  it('says what was done when, and no ids', async () => {
    const journal = journalIn(memoryStore());
    await journal.erase({ module: 'guests', ids: ['ann'], note: 'request 7' });
    await journal.noteRestore(RESTORE);
    const at = '2030-05-03T00:00:00.000Z';
    expect(await journal.entries()).toEqual([
      { type: 'erased', at, module: 'guests', records: 1, note: 'request 7' },
      { type: 'restored', at, ...RESTORE },
    ]);
  });

  it('knows them after the tenant’s keys were changed, and not by another tenant’s keys', async () => {
    const store = memoryStore();
    await journalIn(store).erase({ module: 'guests', ids: ['ann'] });
    const rotated = new Tenant(withNewKeys([tenant.record])[0] as typeof tenant.record);
    await journalIn(store, rotated).erase({ module: 'guests', ids: ['ann', 'ben'] });
    const erased = await journalIn(store, rotated).erased();
    expect([erased.count, erased.has('guests', 'ann'), erased.has('guests', 'ben')]).toEqual([2, true, true]);
    const other = new Tenant({ ...tenantOf('south').record, label: tenant.label });
    await expect(journalIn(store, other).erased()).rejects.toMatchObject({ code: 'OBJECT_DAMAGED' });
  });

  it.each([
    ['no ids', { module: 'guests', ids: [] }],
    ['an empty id', { module: 'guests', ids: [''] }],
    ['no module', { module: '', ids: ['ann'] }],
    ['a note without end', { module: 'guests', ids: ['ann'], note: 'x'.repeat(1001) }],
  ])('refuses %s', async (_, options) => {
    await expect(journalIn(memoryStore()).erase(options)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });
});

describe('the journal of a repository', () => {
  it('is sealed, is found by another process, and survives the loss of one of two copies', async () => {
    const place = newPlace();
    const events: string[] = [];
    {
      await using repository = await createAt(place, { onEvent: ({ name }) => events.push(name) });
      await repository.journal.erase({ module: 'guests', ids: ['guest-17'] });
      await repository.journal.noteRestore(RESTORE);
    }
    expect(events).toEqual(['repository.created', 'records.erased', 'records.restored']);
    const names = filesBelow(place.store).filter((name) => name.startsWith('journal/'));
    expect(names).toHaveLength(4);
    for (const name of names) expect(readFileSync(join(place.store, name), 'latin1')).not.toContain('guest');
    rmSync(join(place.store, names[0] as string));
    await using again = await openAt(place);
    expect((await again.journal.erased()).has('guests', 'guest-17')).toBe(true);
    expect((await again.verify({ level: 'structure' })).status).toBe('ok');
    for (const name of names) rmSync(join(place.store, name), { force: true });
    // This machine has seen more than there is.
    await expect(again.journal.erased()).rejects.toMatchObject({ code: 'REPOSITORY_CHANGED' });
  });

  it('is not believed when an entry is gone or damaged, and verify says so', async () => {
    const place = newPlace();
    await using repository = await createAt(place);
    for (const id of ['one', 'two']) await repository.journal.erase({ module: 'guests', ids: [id] });
    const first = filesBelow(place.store).filter((name) => /^journal\/.*0001$/.test(name));
    for (const name of first) rmSync(join(place.store, name));
    await using again = await openAt(place);
    await expect(again.journal.erased()).rejects.toMatchObject({ code: 'OBJECT_MISSING' });
    const { findings } = await again.verify({ level: 'structure' });
    expect(findings.map(({ object }) => object)).toEqual([first[1]]);
  });

  it('has no tenant that the repository does not have', async () => {
    await using repository = await createAt(newPlace());
    await expect(repository.journal.erased({ tenant: 'nobody' })).rejects.toMatchObject({ code: 'TENANT_NOT_FOUND' });
  });
});
