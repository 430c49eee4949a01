import { expect, test } from 'vitest';
import { checkFileNames } from '../../src/fs/file-names.ts';

test.each(['con', 'a/nul', 'aux.txt', 'com1/a', 'lpt9.x', 'a.', 'a./b', '...'])('%s is no path on Windows', (key) => {
  expect(() => checkFileNames(key, 'win32')).toThrow(expect.objectContaining({ code: 'INVALID_KEY', key }));
  expect(checkFileNames(key, 'linux')).toBe(key);
});

test.each(['console', 'nul1', 'a.b', '.a', 'com', 'com10', 'auxiliary/x'])('%s is one', (key) => {
  expect(checkFileNames(key, 'win32')).toBe(key);
});
