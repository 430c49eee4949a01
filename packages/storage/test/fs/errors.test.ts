import { expect, test } from 'vitest';
import { StorageError } from '../../src/errors.ts';
import { errnoOf, fileError, isAbsent, isExhausted } from '../../src/fs/errors.ts';

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: something`), { code });
}

test.each([
  ['ENOSPC', 'NO_SPACE', false],
  ['EDQUOT', 'NO_SPACE', false],
  ['EACCES', 'ACCESS_DENIED', false],
  ['EPERM', 'ACCESS_DENIED', false],
  ['EROFS', 'READ_ONLY', false],
  ['EMFILE', 'UNAVAILABLE', true],
  ['ENFILE', 'UNAVAILABLE', true],
  ['ESTALE', 'UNAVAILABLE', true],
  ['ETIMEDOUT', 'UNAVAILABLE', true],
  ['EBUSY', 'UNAVAILABLE', true],
  ['ENOENT', 'NOT_FOUND', false],
  ['ENOTDIR', 'KEY_CONFLICT', false],
  ['ENAMETOOLONG', 'INVALID_KEY', false],
  ['EIO', 'IO_FAILED', false],
  ['EUNHEARDOF', 'IO_FAILED', false],
])('%s is %s', (errno, code, retryable) => {
  const cause = systemError(errno);
  const error = fileError(cause, { key: 'a/b', action: 'write' });
  expect(error).toMatchObject({ code, retryable, cause, key: 'a/b' });
  expect(error.message).toContain(errno);
  expect(error.message).toContain('Expected to write "a/b"');
});

test('an error of ours passes through, and one of nobody is IO_FAILED', () => {
  const ours = new StorageError('NO_SPACE', 'x');
  expect(fileError(ours, { key: 'a', action: 'write' })).toBe(ours);
  expect(fileError('odd', { key: 'a', action: 'write' })).toMatchObject({ code: 'IO_FAILED' });
  expect(errnoOf('odd')).toBe('');
});

test('absent and exhausted are told apart from other failures', () => {
  expect(isAbsent(systemError('ENOENT'))).toBe(true);
  expect(isAbsent(systemError('EACCES'))).toBe(false);
  expect(isExhausted(systemError('EMFILE'))).toBe(true);
  expect(isExhausted(systemError('ENOENT'))).toBe(false);
});
