import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { CliError, type CliErrorCode } from '../../src/errors.ts';
import { EXIT, exitCodeOf, exitCodeOfRun } from '../../src/process/exit-codes.ts';

function named(name: string, code: string, cause?: unknown): Error {
  return Object.assign(new Error('x', { cause }), { name, code });
}

test.each([
  ['BackupError', 'NOT_A_REPOSITORY', 4],
  ['BackupError', 'SNAPSHOT_NOT_FOUND', 4],
  ['BackupError', 'SNAPSHOT_AMBIGUOUS', 2],
  ['BackupError', 'PATH_NOT_FOUND', 4],
  ['BackupError', 'WRONG_KEY', 5],
  ['BackupError', 'KEY_REQUIRED', 5],
  ['BackupError', 'INVALID_KEY_FILE', 5],
  ['BackupError', 'OBJECT_DAMAGED', 6],
  ['BackupError', 'BLOB_MISSING', 6],
  ['BackupError', 'INVALID_OPTION', 2],
  ['BackupError', 'PRUNE_REFUSED', 7],
  ['BackupError', 'ALREADY_EXISTS', 1],
  ['BackupError', 'ABORTED', 130],
  ['BackupError', 'A_CODE_OF_TOMORROW', 1],
  ['StorageError', 'UNSUPPORTED_URL', 2],
  ['StorageError', 'NO_SPACE', 1],
  ['VersioningError', 'INVALID_OPTION', 2],
  ['VersioningError', 'LOCKFILE_NOT_FOUND', 4],
  ['VersioningError', 'ARTIFACT_DAMAGED', 6],
  ['VersioningError', 'TARGET_EXISTS', 1],
  ['VersioningError', 'NOTHING_TO_RELEASE', 4],
  ['VersioningError', 'RELEASE_EXISTS', 7],
  ['VersioningError', 'RELEASE_DAMAGED', 6],
  ['VersioningError', 'SIGNING_KEY_MISSING', 5],
  ['VersioningError', 'PUSH_REJECTED', 1],
  ['TypeError', 'WRONG_KEY', 1],
  ['AbortError', 'ABORT_ERR', 130],
])('%s %s exits with %d', (name, code, exit) => {
  expect(exitCodeOf(named(name, code))).toBe(exit);
});

test('a path that is not there is "not found", one that can not be read is "failed"', () => {
  const missing = Object.assign(new Error('ENOENT'), { code: 'ENOENT', syscall: 'lstat' });
  const denied = Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'open' });
  expect(exitCodeOf(named('BackupError', 'PATH_FAILED', missing))).toBe(EXIT.notFound);
  expect(exitCodeOf(named('BackupError', 'PATH_FAILED', denied))).toBe(EXIT.failed);
});

test('a run that failed because of damage alone is "damaged"', () => {
  expect(exitCodeOfRun('ok', [])).toBe(0);
  expect(exitCodeOfRun('partial', [{ code: 'BLOB_MISSING' }])).toBe(3);
  expect(exitCodeOfRun('failed', [{ code: 'BLOB_MISSING' }, { code: 'OBJECT_DAMAGED' }])).toBe(6);
  expect(exitCodeOfRun('failed', [{ code: 'BLOB_MISSING' }, { code: 'EACCES' }])).toBe(1);
  expect(exitCodeOfRun('failed', [])).toBe(1);
});

test('what is thrown and is no error fails', () => {
  expect(exitCodeOf('text')).toBe(1);
  expect(exitCodeOf(undefined)).toBe(1);
});

test('every code of the CLI has the exit code that docs/errors.md says', async () => {
  const text = await readFile(new URL('../../../../docs/errors.md', import.meta.url), 'utf8');
  const section = text.slice(text.indexOf('## `holdfast`'));
  const documented = [...section.matchAll(/### `(\w+)`\s+\((\d)\)/g)].map(
    ([, code, exit]) => [code, Number(exit)] as const,
  );
  expect(documented.length).toBeGreaterThan(10);
  for (const [code, exit] of documented) expect(exitCodeOf(new CliError(code as CliErrorCode, 'x'))).toBe(exit);
});
