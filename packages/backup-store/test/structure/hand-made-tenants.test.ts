import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Repository } from '../../src/index.ts';
import { openStructure } from '../../src/structure/index.ts';
import { createAt, failureOf, newPlace } from '../fixtures/place.ts';

describe('the structure where tenants are added by hand', () => {
  const place = newPlace(afterAll);
  const what = { root: place.source, parts: { styles: ['styles'] } };
  let repository: Repository;

  beforeAll(async () => {
    mkdirSync(join(place.source, 'styles'), { recursive: true });
    writeFileSync(join(place.source, 'styles', 'main.css'), 'body { margin: 0 }');
    repository = await createAt(place);
    await repository.tenants.add('seaside');
  });
  afterAll(async () => await repository.close());

  it('gets the tenant of its own with its first version', async () => {
    expect(await openStructure(repository).backup(what)).toMatchObject({ version: '1.0.0' });
    expect((await repository.tenants.list()).map(({ name }) => name)).toContain('shared-structure');
    expect(await openStructure(repository).backup(what)).toMatchObject({ bump: 'none' });
  });

  it('gets no other one: a name that somebody typed may be wrong', async () => {
    const structure = openStructure(repository, { tenant: 'shared-structrue' });
    expect(await failureOf(structure.backup(what))).toMatchObject({ code: 'TENANT_NOT_FOUND' });
  });
});
