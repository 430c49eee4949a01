import { expect, test } from 'vitest';
import { BackupError, codeOf, isBackupError } from '../src/errors.ts';

test('an error carries what it was made with', () => {
  const cause = new Error('below');
  const error = new BackupError('WRONG_KEY', 'Expected a key', {
    cause,
    hint: 'Look.',
    object: 'keys/x',
    details: ['a'],
  });
  expect(error).toMatchObject({
    name: 'BackupError',
    code: 'WRONG_KEY',
    message: 'Expected a key',
    cause,
    hint: 'Look.',
  });
  expect([error.object, error.details]).toEqual(['keys/x', ['a']]);
  expect('cause' in new BackupError('CLOSED', 'Expected more')).toBe(false);
});

test('one of another copy of this package is known by its name', () => {
  const foreign = Object.assign(new Error('x'), { name: 'BackupError', code: 'WRONG_KEY' });
  expect(isBackupError(foreign)).toBe(true);
  expect(isBackupError(foreign, 'WRONG_KEY')).toBe(true);
  expect(isBackupError(foreign, 'CLOSED')).toBe(false);
  for (const other of [new Error('x'), { name: 'BackupError', code: 'WRONG_KEY' }, undefined, 'WRONG_KEY']) {
    expect(isBackupError(other)).toBe(false);
  }
});

test.each([
  [new BackupError('CLOSED', 'x'), 'CLOSED'],
  [Object.assign(new Error('x'), { code: 'ENOENT' }), 'ENOENT'],
  [new Error('x'), 'UNKNOWN'],
  [{ code: 5 }, 'UNKNOWN'],
  [undefined, 'UNKNOWN'],
  [null, 'UNKNOWN'],
  ['text', 'UNKNOWN'],
])('the code of %s is %s', (error, code) => {
  expect(codeOf(error)).toBe(code);
});
