import { expect, it } from 'vitest';
import { lookup3 } from '../../../src/inspect/hdf5/lookup3.ts';

it('gives the sums that the author of lookup3 gives', () => {
  expect(lookup3(Buffer.from(''))).toBe(0xdeadbeef);
  expect(lookup3(Buffer.from('Four score and seven years ago'))).toBe(0x17770551);
});
