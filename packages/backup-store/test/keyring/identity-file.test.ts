import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { armor, Encrypter, generateHybridIdentity, generateX25519Identity } from 'age-encryption';
import { describe, expect, test } from 'vitest';
import { readIdentityFile } from '../../src/keyring/identity-file.ts';
import { failureOf, tempFolder } from '../fixtures/place.ts';

function fileWith(text: string | Uint8Array): string {
  const path = join(tempFolder(), 'identity');
  writeFileSync(path, text);
  return path;
}

/** As `age -p` does it, at a cost for tests. */
async function encrypted(text: string, passphrase: string): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  encrypter.setScryptWorkFactor(10);
  return await encrypter.encrypt(text);
}

describe('identity files', () => {
  test('identities of both kinds are read, between comments and blank lines, with line ends of Windows', async () => {
    const [plain, hybrid] = [await generateX25519Identity(), await generateHybridIdentity()];
    const path = fileWith(`# created: today\r\n\r\n${plain}\r\n# another\r\n${hybrid}`);
    expect(await readIdentityFile(path)).toEqual([plain, hybrid]);
  });

  test('one that is encrypted opens with its passphrase, armoured or not', async () => {
    const identity = await generateX25519Identity();
    const bytes = await encrypted(`${identity}\n`, 'correct horse');
    for (const text of [bytes, armor.encode(bytes), `\n${armor.encode(bytes).replaceAll('\n', '\r\n')}`]) {
      const path = fileWith(text);
      expect(await readIdentityFile(path, 'correct horse')).toEqual([identity]);
      const error = await failureOf(readIdentityFile(path, 'battery staple'));
      expect(error).toMatchObject({ code: 'WRONG_KEY' });
      expect(error.message).not.toContain('battery');
      expect(await failureOf(readIdentityFile(path))).toMatchObject({ code: 'KEY_REQUIRED' });
    }
  });

  test('what is no identity is refused, and never repeated', async () => {
    const identity = await generateX25519Identity();
    const mistyped = `${identity.slice(0, -1)}${identity.endsWith('Q') ? 'P' : 'Q'}`;
    for (const text of [
      '',
      '# only a comment\n',
      mistyped,
      identity.toLowerCase(),
      `${identity}\n-----BEGIN OPENSSH PRIVATE KEY-----\n`,
      'AGE-PLUGIN-YUBIKEY-1QGQPQVZ8V9K',
      `${identity}\n${'#'.repeat(70_000)}`,
      Array.from({ length: 300 }, () => identity).join('\n'),
    ]) {
      const error = await failureOf(readIdentityFile(fileWith(text)));
      expect(error).toMatchObject({ code: 'INVALID_KEY_FILE' });
      expect(`${error.message}${error.stack}${String(error.cause)}`).not.toContain(identity.slice(20, 40));
    }
    expect(await failureOf(readIdentityFile(join(tempFolder(), 'absent')))).toMatchObject({ code: 'PATH_FAILED' });
  });

  test('an encrypted file that asks for more memory than is allowed is refused', async () => {
    const text = Buffer.from(await encrypted('x', 'y'))
      .toString('latin1')
      .replace(/(-> scrypt \S+) 10/, '$1 30');
    expect(await failureOf(readIdentityFile(fileWith(Buffer.from(text, 'latin1')), 'y'))).toMatchObject({
      code: 'WRONG_KEY',
    });
  });
});
