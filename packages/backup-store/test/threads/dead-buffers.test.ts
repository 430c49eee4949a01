import { expect, test } from 'vitest';
import { DeadBuffers } from '../../src/threads/dead-buffers.ts';

const MIB = 1024 * 1024;

test('buffers that are dropped are freed before they come to much', () => {
  const dead = new DeadBuffers(8 * MIB, 'major');
  let most = 0;
  for (let i = 0; i < 200; i++) {
    Buffer.alloc(MIB, 1);
    dead.add(MIB);
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  }
  expect(most).toBeLessThan(100 * MIB);
});
