import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair, signEnvelope } from '@x/integrity';
import { memoryStore, readObject } from '@x/storage';
import { expect, test } from 'vitest';
import { createFlags, type FlagEdit } from '../../src/index.ts';
import { fileFlags } from '../../src/file/index.ts';
import { signedFlags } from '../../src/signed/index.ts';
import { storedFlags } from '../../src/stored/index.ts';

const [ours, theirs] = [generateKeyPair(), generateKeyPair()];
const writer = signedFlags({ trusted: [ours.publicKey], privateKey: ours.privateKey });
const reader = signedFlags({ trusted: [ours.publicKey] });
const NOTE = { by: 'ann', why: 'because' };
const ON: FlagEdit[] = [{ kind: 'set', key: 'a', definition: {} }];
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('what a trusted key has signed is believed', () => {
  expect(reader.open(writer.close(bytes('flags: {}')))).toEqual(Buffer.from('flags: {}'));
});

const FORGED: readonly (readonly [string, Uint8Array])[] = [
  ['nobody', bytes('{"flags":{}}')],
  ['somebody else', signedFlags({ trusted: [], privateKey: theirs.privateKey }).close(bytes('{"flags":{}}'))],
  ['a trusted key, for something else', envelopeOf('application/vnd.example.order')],
  [
    'a trusted key, and was changed since',
    bytes(new TextDecoder().decode(writer.close(bytes('abc'))).replace('YWJj', 'YWJk')),
  ],
];
function envelopeOf(payloadType: string): Uint8Array {
  return bytes(JSON.stringify(signEnvelope(bytes('{"flags":{}}'), { payloadType, privateKey: ours.privateKey })));
}

test.each(FORGED)('what was signed by %s is UNTRUSTED_FLAGS, and nothing of it is read', (_, content) => {
  expect(() => reader.open(content)).toThrow(expect.objectContaining({ code: 'UNTRUSTED_FLAGS' }));
});

test('what is signed for one place is refused in another', () => {
  const place = (audience?: string): ReturnType<typeof signedFlags> =>
    signedFlags({ trusted: [ours.publicKey], privateKey: ours.privateKey, audience });
  const content = place('staging').close(bytes('x'));
  expect(place('staging').open(content)).toHaveLength(1);
  for (const other of ['production', undefined]) {
    expect(() => place(other).open(content)).toThrow(expect.objectContaining({ code: 'UNTRUSTED_FLAGS' }));
  }
});

test('two signatures are needed where two are asked for, and a key counts for as long as it is valid', () => {
  const both = [ours.privateKey, theirs.privateKey];
  const trusted = [ours.publicKey, theirs.publicKey];
  const two = signedFlags({ trusted, threshold: 2, privateKey: both });
  expect(() => two.open(writer.close(bytes('x')))).toThrow(/1 of 2/);
  expect(two.open(two.close(bytes('x')))).toHaveLength(1);
  const ended = { publicKey: ours.publicKey, notAfter: new Date('2026-01-01T00:00:00Z') };
  const at = (iso: string): (() => unknown) => {
    const seal = signedFlags({ trusted: [ended], clock: () => Date.parse(iso) });
    return () => seal.open(writer.close(bytes('x')));
  };
  expect(at('2025-12-31T00:00:00Z')).not.toThrow();
  expect(at('2026-01-02T00:00:00Z')).toThrow(/no longer valid/);
});

test('whoever has only public keys can read a store, and not change it', async () => {
  const store = memoryStore();
  await storedFlags(store, { seal: writer }).change(ON, NOTE);
  const readOnly = storedFlags(store, { seal: reader });
  expect(await readOnly.load(undefined)).toMatchObject({ definitions: { flags: { a: {} } } });
  await expect(readOnly.change([{ kind: 'remove', key: 'a' }], NOTE)).rejects.toMatchObject({
    code: 'UNTRUSTED_FLAGS',
  });
  expect(await readOnly.load('1')).toBeUndefined();
});

test('a version that was forged, or is an old one under a new number, changes nothing for who reads', async () => {
  const store = memoryStore();
  const flagsStore = storedFlags(store, { seal: writer });
  await flagsStore.change(ON, NOTE);
  await flagsStore.change([{ kind: 'patch', key: 'a', patch: { enabled: false } }], NOTE);
  await using flags = createFlags({ store: storedFlags(store, { seal: reader, pollMs: 0 }) });
  await flags.ready();
  const old = await readObject(store, 'flags/000000000001');
  for (const [content, code] of [
    [old, 'INVALID_HISTORY'],
    [bytes('{"flags":{"a":{}}}'), 'UNTRUSTED_FLAGS'],
  ] as const) {
    await store.put('flags/000000000003', content);
    await flags.refresh();
    expect(flags.problem).toMatchObject({ code });
    expect(flags.isEnabled('a')).toBe(false);
  }
});

test('a file is believed when it is signed, in JSON or YAML, and else the last good flags stay', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  try {
    const file = join(folder, 'flags.signed');
    writeFileSync(file, writer.close(bytes('flags:\n  a: {}\n')));
    await using flags = createFlags({ store: fileFlags(file, { seal: reader, pollMs: 0 }) });
    await flags.ready();
    expect(flags.isEnabled('a')).toBe(true);
    writeFileSync(file, 'flags:\n  a: { enabled: false }\n');
    await flags.refresh();
    expect(flags.problem).toMatchObject({ code: 'UNTRUSTED_FLAGS' });
    expect(flags.isEnabled('a')).toBe(true);
    writeFileSync(file, writer.close(bytes('{"flags":{"a":{"enabled":false}}}')));
    await flags.refresh();
    expect(flags.isEnabled('a')).toBe(false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
