import { memoryStore, withFaults } from '@x/storage';
import { expect, it } from 'vitest';
import { createAt, newPlace } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

it('a store that fails right after the commit does not make the backup a failure', async () => {
  const place = newPlace();
  buildTree(place.source, { file: 'content' });
  let committed = false;
  const store = withFaults(memoryStore(), {
    decide: ({ call, key }) => {
      if (committed) return { kind: 'error-before' };
      committed = call === 'createIfAbsent' && key.startsWith('commits/');
      return undefined;
    },
  });
  const repository = await createAt(place, { store });
  expect(await repository.backup({ paths: [place.source] })).toMatchObject({ status: 'ok' });
  committed = false;
  expect(await repository.snapshots()).toHaveLength(1);
});
