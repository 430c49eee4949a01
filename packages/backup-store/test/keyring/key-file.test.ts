import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readKeyFile, writeKeyFile } from '../../src/keyring/key-file.ts';
import { failureOf, tempFolder } from '../fixtures/place.ts';
import { counting, REPOSITORY_ID } from '../fixtures/sealing.ts';

/** Written down once; it must be read for ever. */
const LINE = `holdfast-key-0 ${REPOSITORY_ID} AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8 a3dc7c16`;

function fileWith(text: string | Uint8Array): string {
  const path = join(tempFolder(), 'key');
  writeFileSync(path, text);
  return path;
}

describe('key files', () => {
  test('a new one is for its owner alone, in folders made for it, and reads back', async () => {
    const path = join(tempFolder(), 'a/b/key');
    const made = await writeKeyFile(path, REPOSITORY_ID);
    expect(made.secret).toHaveLength(32);
    expect(await readKeyFile(path)).toEqual(made);
    if (process.platform !== 'win32') {
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
    }
  });

  test('two key files never have the same secret', async () => {
    const folder = tempFolder();
    const one = await writeKeyFile(join(folder, 'one'), REPOSITORY_ID);
    const other = await writeKeyFile(join(folder, 'other'), REPOSITORY_ID);
    expect(one.secret.equals(other.secret)).toBe(false);
  });

  test('a file that is there is never overwritten', async () => {
    const path = fileWith('precious');
    expect(await failureOf(writeKeyFile(path, REPOSITORY_ID))).toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  test('a place that cannot be written is reported, and nothing stays', async () => {
    const path = join(fileWith('a file'), 'key');
    expect(await failureOf(writeKeyFile(path, REPOSITORY_ID))).toMatchObject({ code: 'PATH_FAILED' });
    expect(existsSync(path)).toBe(false);
  });

  test('what a key file holds is frozen', async () => {
    const file = await readKeyFile(fileWith(`# any comment\n${LINE}\n`));
    expect(file.repositoryId).toBe(REPOSITORY_ID);
    expect([...file.secret]).toEqual(Array.from({ length: 32 }, (_, i) => i));
  });

  test.each([
    ['line ends of Windows', `# comment\r\n${LINE}\r\n`],
    ['no line end', LINE],
    ['other lines around it', `\n\nsome words\n${LINE}\n\nmore words\n`],
  ])('one with %s is read', async (_, text) => {
    expect((await readKeyFile(fileWith(text))).secret[31]).toBe(31);
  });

  test('a character changed, lost or doubled anywhere never gives another key', async () => {
    const path = fileWith('');
    for (let at = 0; at < LINE.length; at++) {
      const [before, here, after] = [LINE.slice(0, at), LINE[at] as string, LINE.slice(at + 1)];
      for (const damaged of [
        `${before}${here === 'x' ? 'y' : 'x'}${after}`,
        before + after,
        before + here + here + after,
      ]) {
        writeFileSync(path, damaged);
        const result = await readKeyFile(path).catch((error: unknown) => error);
        // Only bits that stand for nothing may be other ones.
        if (result instanceof Error) expect(result).toMatchObject({ code: 'INVALID_KEY_FILE' });
        else expect(result).toEqual({ repositoryId: REPOSITORY_ID, secret: counting(32) });
      }
    }
  });

  test.each([
    ['an empty file', ''],
    ['some text', 'hello\n'],
    ['a newer kind', LINE.replace('key-0', 'key-1')],
    ['bytes that are no text', Buffer.alloc(3000, 0xff)],
    ['a key behind more than a key file has', `${'#'.repeat(5000)}\n${LINE}`],
  ])('%s is no key file, and the way out is told', async (_, text) => {
    expect(await failureOf(readKeyFile(fileWith(text)))).toMatchObject({
      code: 'INVALID_KEY_FILE',
      hint: expect.stringContaining('recovery code') as unknown,
    });
  });

  test('one that is not there, or a folder, cannot be read', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'key'));
    for (const path of [join(folder, 'absent'), join(folder, 'key')]) {
      expect(await failureOf(readKeyFile(path))).toMatchObject({ code: 'PATH_FAILED' });
    }
  });

  test.runIf(existsSync('/dev/zero'))('a file without end is not read to its end', async () => {
    expect(await failureOf(readKeyFile('/dev/zero'))).toMatchObject({ code: 'INVALID_KEY_FILE' });
  });

  test.runIf(process.platform === 'linux')('a key comes through a pipe as well', async () => {
    const pipe = join(tempFolder(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    const reading = readKeyFile(pipe);
    await writeFile(pipe, `${LINE}\n`);
    expect((await reading).repositoryId).toBe(REPOSITORY_ID);
  });
});
