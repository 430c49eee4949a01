import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelSource } from '../../src/content/model-source.ts';
import { memorySource } from '../../src/inspect/source/byte-source.ts';

describe('a model as a source', () => {
  it('is its bytes in pieces, whatever the cuts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.array(fc.integer({ min: 1, max: 199 })),
        async (bytes, at) => {
          const cuts = [...new Set(at)].filter((cut) => cut < bytes.length).toSorted((a, b) => a - b);
          const source = modelSource({ source: memorySource(bytes), cuts });
          const found: Uint8Array[] = [];
          const signal = new AbortController().signal;
          let pieces = 0;
          for await (const entry of source.read({ signal, describe: () => undefined })) {
            pieces += 1;
            const { content } = entry as { readonly content?: AsyncIterable<Uint8Array> };
            for await (const chunk of content ?? []) found.push(chunk);
          }
          expect(Buffer.concat(found).equals(Buffer.from(bytes))).toBe(true);
          expect([pieces, source.digest()]).toEqual([
            cuts.length + 1,
            `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
          ]);
        },
      ),
      { numRuns: 50 },
    );
  });
});
