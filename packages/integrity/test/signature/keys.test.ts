import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  generateKeyPair,
  type KeyAlgorithm,
  loadPrivateKey,
  loadPublicKey,
  parsePrivateKey,
  parsePublicKey,
  savePrivateKey,
  savePublicKey,
  sign,
  verify,
  verifyCheckpoint,
} from '../../src/index.ts';

const algorithms: readonly KeyAlgorithm[] = ['ed25519', 'ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521'];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keys-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

function codeOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return 'nothing thrown';
}

describe.each(algorithms)('%s keys', (algorithm) => {
  it.each([undefined, 'correct horse', new TextEncoder().encode('battery staple')])(
    'come back from their files (passphrase %s)',
    async (passphrase) => {
      const { privateKey, publicKey } = generateKeyPair({ algorithm });
      const path = join(folder, 'key');
      await savePrivateKey(path, privateKey, { passphrase });
      await savePublicKey(`${path}.pub`, publicKey);
      const loaded = await loadPrivateKey(path, { passphrase });
      expect(loaded.warnings).toEqual([]);
      expect(loaded.privateKey).toMatchObject({ keyId: publicKey.keyId, algorithm });
      expect(loaded.privateKey.key.equals(privateKey.key)).toBe(true);
      expect(await loadPublicKey(`${path}.pub`)).toMatchObject({
        keyId: publicKey.keyId,
        pem: publicKey.pem,
        algorithm,
      });
    },
  );
});

it('a key with a passphrase that could not open it again is not written', async () => {
  const { privateKey } = generateKeyPair();
  const path = join(folder, 'long');
  await savePrivateKey(path, privateKey, { passphrase: 'x'.repeat(1024) });
  expect((await loadPrivateKey(path, { passphrase: 'x'.repeat(1024) })).privateKey.keyId).toBe(privateKey.keyId);
  const longer = savePrivateKey(join(folder, 'longer'), privateKey, { passphrase: 'é'.repeat(513) });
  await expect(longer).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  await expect(stat(join(folder, 'longer'))).rejects.toMatchObject({ code: 'ENOENT' });
});

describe('key ids', () => {
  it('are the same for every form of a point', () => {
    const { publicKey } = generateKeyPair({ algorithm: 'ecdsa-p256' });
    const spki = publicKey.key.export({ type: 'spki', format: 'der' });
    const [head, x, y] = [spki.subarray(0, 26), spki.subarray(27, 59), spki.subarray(59)];
    const odd = (y.at(-1) ?? 0) & 1;
    const hybrid = Buffer.concat([head, Buffer.of(6 | odd), x, y]);
    // SEQUENCE, its length, the algorithm, BIT STRING, its length, no unused bits, the point.
    const compressed = Buffer.concat([Buffer.of(0x30, 57), spki.subarray(2, 23), Buffer.of(0x03, 34, 0, 2 | odd), x]);
    for (const der of [hybrid, compressed]) {
      const pem = `-----BEGIN PUBLIC KEY-----\n${der.toString('base64')}\n-----END PUBLIC KEY-----\n`;
      expect(parsePublicKey(pem)).toMatchObject({ keyId: publicKey.keyId, pem: publicKey.pem });
    }
  });

  it('are the SHA-256 of the SubjectPublicKeyInfo', () => {
    // The public key of RFC 8032 section 7.1, test 1, behind the 12 bytes that RFC 8410 puts before every Ed25519 key.
    const spki = '302a300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
    const der = Buffer.from(spki, 'hex');
    const pem = `-----BEGIN PUBLIC KEY-----\n${der.toString('base64')}\n-----END PUBLIC KEY-----\n`;
    expect(parsePublicKey(pem).keyId).toBe(createHash('sha256').update(der).digest('hex'));
  });
});

describe('private key files', () => {
  it.skipIf(process.platform === 'win32')('are readable by their owner only, and say so if they are not', async () => {
    const path = join(folder, 'key');
    await savePrivateKey(path, generateKeyPair().privateKey);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await chmod(path, 0o640);
    expect((await loadPrivateKey(path)).warnings).toEqual([
      { kind: 'readable-by-others', message: expect.stringContaining('got mode 0640') as string },
    ]);
  });

  it('never replace a file, nor one that a link points to', async () => {
    const path = join(folder, 'key');
    await writeFile(path, 'precious');
    const { privateKey, publicKey } = generateKeyPair();
    await expect(savePrivateKey(path, privateKey)).rejects.toMatchObject({ code: 'KEY_FILE_EXISTS' });
    await expect(savePublicKey(path, publicKey)).rejects.toMatchObject({ code: 'KEY_FILE_EXISTS' });
    if (process.platform !== 'win32') {
      await symlink(join(folder, 'elsewhere'), join(folder, 'link'));
      await expect(savePrivateKey(join(folder, 'link'), privateKey)).rejects.toMatchObject({ code: 'KEY_FILE_EXISTS' });
    }
    expect(await readFile(path, 'utf8')).toBe('precious');
  });

  it('that are missing, or can not be written, are reported with the cause', async () => {
    const path = join(folder, 'missing', 'key');
    const cause = expect.objectContaining({ code: 'ENOENT' }) as Error;
    await expect(loadPrivateKey(path)).rejects.toMatchObject({ code: 'READ_FAILED', cause });
    const { privateKey } = generateKeyPair();
    await expect(savePrivateKey(path, privateKey)).rejects.toMatchObject({ code: 'WRITE_FAILED', cause });
  });

  it('of any size are refused after 16 KiB', async () => {
    const path = join(folder, 'huge');
    await writeFile(path, Buffer.alloc(1 << 20, 'A'));
    await expect(loadPrivateKey(path)).rejects.toMatchObject({ code: 'INVALID_KEY' });
  });
});

describe('what is no key', () => {
  const ed25519 = generateKeyPair();
  const pem = ed25519.privateKey.key.export({ type: 'pkcs8', format: 'pem' }).toString();
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const sec1 = generateKeyPair({ algorithm: 'ecdsa-p256' }).privateKey.key.export({ type: 'sec1', format: 'pem' });

  it.each([
    ['nothing', ''],
    ['a public key', ed25519.publicKey.pem],
    ['two keys', pem + pem],
    ['garbage in PEM', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'],
    ['a block that ends as another', pem.replace('END PRIVATE', 'END PUBLIC')],
    ['an RSA key', rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['the older form of elliptic curves', sec1.toString()],
    ['a very long text', pem.padEnd(20_000, '\n')],
    ['a number', 7 as unknown as string],
  ])('%s is refused as a private key', (_, text) => {
    expect(codeOf(() => parsePrivateKey(text))).toBe('INVALID_KEY');
  });

  it.each([
    ['nothing', ''],
    ['a private key', pem],
    ['garbage in PEM', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n'],
    ['an RSA key', rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()],
  ])('%s is refused as a public key', (_, text) => {
    expect(codeOf(() => parsePublicKey(text))).toBe('INVALID_KEY');
  });

  const prime = 2n ** 255n - 19n;
  const littleEndian = (value: bigint): string =>
    Buffer.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex').toReversed()).toString('hex');

  it.each([
    ['the neutral point', littleEndian(1n)],
    ['the neutral point, with a sign', littleEndian(1n + 2n ** 255n)],
    ['the neutral point in another form', littleEndian(prime + 1n)],
    ['a point of order 2', littleEndian(prime - 1n)],
    ['a point of order 4', littleEndian(0n)],
    ['a point of order 4 in another form', littleEndian(prime)],
    ['a point of order 8', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'],
    ['another one of order 8', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'],
    ['its opposite', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa'],
    ['a coordinate beyond the prime', littleEndian(prime + 3n)],
  ])('%s is no Ed25519 key, whatever OpenSSL takes', async (_, hex) => {
    const der = Buffer.from(`302a300506032b6570032100${hex}`, 'hex');
    const text = `-----BEGIN PUBLIC KEY-----\n${der.toString('base64')}\n-----END PUBLIC KEY-----\n`;
    expect(codeOf(() => parsePublicKey(text))).toBe('INVALID_KEY');
    let key: KeyObject;
    try {
      key = createPublicKey({ key: der, type: 'spki', format: 'der' });
    } catch {
      return;
    }
    const document = await sign(new Uint8Array(), { privateKey: ed25519.privateKey });
    const keys = [{ ...ed25519.publicKey, key }];
    await expect(verify(new Uint8Array(), document, { keys })).rejects.toMatchObject({ code: 'INVALID_KEY' });
    const trusted = [{ name: 'weak', publicKey: key }];
    expect(codeOf(() => verifyCheckpoint('', trusted))).toBe('INVALID_CHECKPOINT_KEY');
  });

  it('an unknown algorithm is refused', () => {
    expect(codeOf(() => generateKeyPair({ algorithm: 'rsa' as KeyAlgorithm }))).toBe('INVALID_OPTION');
  });
});

describe('secrets', () => {
  it('a passphrase that is missing, empty or wrong is told apart, and never shown', async () => {
    const path = join(folder, 'key');
    const { privateKey } = generateKeyPair();
    await savePrivateKey(path, privateKey, { passphrase: 'correct horse' });
    await expect(loadPrivateKey(path)).rejects.toMatchObject({ code: 'PASSPHRASE_NEEDED' });
    const wrong = loadPrivateKey(path, { passphrase: 'wrong horse' });
    await expect(wrong).rejects.toMatchObject({ code: 'WRONG_PASSPHRASE' });
    await expect(wrong).rejects.not.toHaveProperty('cause');
    await expect(wrong).rejects.toThrow(/^(?!.*wrong horse)/);
    const empty = savePrivateKey(join(folder, 'other'), privateKey, { passphrase: '' });
    await expect(empty).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('neither errors nor printed keys hold any of a private key', () => {
    const { privateKey } = generateKeyPair();
    const pem = privateKey.key.export({ type: 'pkcs8', format: 'pem' }).toString();
    const secret = Buffer.from(pem.split('\n')[1] ?? '', 'base64').subarray(16);
    const [base64 = ''] = pem.split('\n').slice(1);
    const damaged = pem.replace('PRIVATE KEY', 'SECRET KEY').replace('END PRIVATE KEY', 'END SECRET KEY');
    const truncated = pem.replace(base64, base64.slice(0, -8));
    for (const text of [damaged, truncated, `x${pem}`]) {
      let shown = '';
      try {
        parsePrivateKey(text);
      } catch (error) {
        shown = inspect(error, { depth: 9 });
      }
      expect(shown).toContain('INVALID_KEY');
      expect(shown).not.toContain(base64.slice(20, 40));
    }
    const printed = inspect(privateKey, { depth: 9 }) + JSON.stringify(privateKey);
    expect(printed).not.toContain(secret.toString('hex'));
    expect(printed).not.toContain(base64.slice(20, 40));
  });
});
