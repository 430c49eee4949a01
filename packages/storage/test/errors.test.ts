import { expect, test } from 'vitest';
import { isStorageError, shown, StorageError } from '../src/errors.ts';

test('an error carries its code, key, hint and cause', () => {
  const cause = new Error('below');
  const error = new StorageError('NO_SPACE', 'Expected space', { key: 'a', hint: 'free some', cause });
  expect(error).toMatchObject({
    name: 'StorageError',
    code: 'NO_SPACE',
    key: 'a',
    hint: 'free some',
    cause,
    retryable: false,
  });
});

test('UNAVAILABLE and SHORT_READ are worth a retry unless said otherwise', () => {
  expect(new StorageError('UNAVAILABLE', 'x').retryable).toBe(true);
  expect(new StorageError('SHORT_READ', 'x').retryable).toBe(true);
  expect(new StorageError('IO_FAILED', 'x').retryable).toBe(false);
  expect(new StorageError('UNAVAILABLE', 'x', { retryable: false }).retryable).toBe(false);
});

test('an error of another copy of the package is known by its shape', () => {
  const foreign = Object.assign(new Error('x'), { name: 'StorageError', code: 'NOT_FOUND' });
  expect(isStorageError(foreign)).toBe(true);
  expect(isStorageError(foreign, 'NOT_FOUND')).toBe(true);
  expect(isStorageError(foreign, 'NO_SPACE')).toBe(false);
  expect(isStorageError(new Error('x'))).toBe(false);
  expect(isStorageError('NOT_FOUND')).toBe(false);
});

test('values are quoted and cut in messages', () => {
  expect(shown('a\nb')).toBe(String.raw`"a\nb"`);
  expect(shown(7)).toBe('7');
  expect(shown('x'.repeat(1000)).length).toBeLessThan(300);
});
