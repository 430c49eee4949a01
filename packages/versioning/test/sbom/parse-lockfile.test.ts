import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSbom, parseLockfile, VersioningError } from '../../src/index.ts';
import { SHOP, SHOPS, shopText } from './shop.ts';

test.each(SHOPS)('%s with bytes cut out or put in gives a graph or a typed error', (file) => {
  const text = shopText(file);
  const noise = fc.oneof(
    fc.string({ maxLength: 4 }),
    fc.constantFrom('\n', '  ', '{', ']', ': ', 'null', '"', '%', '..', '@'),
  );
  fc.assert(
    fc.property(fc.nat(text.length), fc.nat(30), noise, (start, length, put) => {
      const broken = text.slice(0, start) + put + text.slice(start + length);
      try {
        const graph = parseLockfile(broken, { file, manifests: SHOP });
        const ids = new Set([...graph.workspaces, ...graph.components].map(({ id }) => id));
        expect(graph.edges.filter(({ from, to }) => !ids.has(from) || !ids.has(to))).toEqual([]);
        createSbom(graph, { format: 'cyclonedx-1.7', component: { name: 'shop' } });
      } catch (error) {
        if (!(error instanceof VersioningError)) throw error;
        expect(['INVALID_LOCKFILE', 'UNSUPPORTED_LOCKFILE']).toContain(error.code);
      }
    }),
    { numRuns: 150 },
  );
});

test('a manifest that is no mapping is refused', () => {
  expect(() => parseLockfile('# yarn lockfile v1\n', { manifests: { '.': [] } })).toThrow(
    expect.objectContaining({ code: 'INVALID_LOCKFILE' }),
  );
});

test('a text of more than 64 Mi characters is refused before it is read', () => {
  expect(() => parseLockfile(`{${' '.repeat(64 * 1024 * 1024)}}`)).toThrow(
    expect.objectContaining({ code: 'INVALID_LOCKFILE', message: expect.stringContaining('at most') as string }),
  );
});
