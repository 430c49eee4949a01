import { expect, it, test } from 'vitest';
import { judgedTenants } from '../../src/drills/index.ts';
import { iso, NOW, snapshot } from '../fixtures/drill-facts.ts';

const tenant = (name: string, status: 'active' | 'held' | 'erasing' | 'erased' = 'active') => ({
  name,
  status,
  createdAt: iso(NOW),
});

test.each([
  ['a repository that nobody has used yet', [tenant('default')], [], {}, ['default']],
  ['others are used, and the first never was', [tenant('default'), tenant('a')], [], {}, ['a']],
  ['it has a snapshot', [tenant('default'), tenant('a')], [snapshot({ tenant: 'default' })], {}, ['default', 'a']],
  ['somebody has promised something to it', [tenant('default'), tenant('a')], [], { default: false }, ['default', 'a']],
  [
    'those that were erased',
    [tenant('a'), tenant('b', 'erased'), tenant('c', 'erasing'), tenant('d', 'held')],
    [],
    {},
    ['a', 'd'],
  ],
])('%s', (_, tenants, snapshots, critical, names) => {
  expect(judgedTenants(tenants, { snapshots, critical }).map(({ name }) => name)).toEqual(names);
});

it('something was promised to a tenant that was never backed up: it is judged, unless it was erased', () => {
  const tenants = [tenant('gone', 'erased')];
  expect(judgedTenants(tenants, { snapshots: [], critical: { gone: true, hotel: true } })).toEqual([
    { name: 'hotel', critical: true },
  ]);
});

it('a tenant is critical when that is said', () => {
  expect(judgedTenants([tenant('a'), tenant('b')], { snapshots: [], critical: { a: true } })).toEqual([
    { name: 'a', critical: true, createdMs: NOW },
    { name: 'b', critical: false, createdMs: NOW },
  ]);
});
