import { expect, test } from 'vitest';
import { free } from '../../src/bytes/free.ts';

const MIB = 1024 * 1024;

test('memory of buffers is given back at once, not when the collector comes', () => {
  // Other tests of this process may have left some to the collector.
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  for (let i = 0; i < 100; i++) {
    const bytes = Buffer.alloc(MIB, 1);
    most = Math.max(most, process.memoryUsage().arrayBuffers);
    free(bytes.subarray(10));
    expect(bytes).toHaveLength(0);
  }
  expect(most - before).toBeLessThan(50 * MIB);
});

test('what shares memory with others, or belongs to several threads, stays as it is', () => {
  const pooled = Buffer.from('from the pool of Node, where other buffers are too');
  free(pooled);
  expect(pooled.toString()).toMatch(/^from the pool/);
  const shared = Buffer.from(new SharedArrayBuffer(MIB));
  free(shared);
  expect(shared).toHaveLength(MIB);
});
