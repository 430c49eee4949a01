import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/inspect/inspect-model.ts';
import { memorySource } from '../../../src/inspect/source/byte-source.ts';
import { readZip } from '../../../src/inspect/zip/read-zip.ts';
import { joined, u64 } from '../../support/bytes.ts';
import { inspectionOf } from '../../support/inspection.ts';
import { type ArchiveSpec, descriptorOf, extraField, type MemberSpec, zipOf } from '../../support/zip.ts';

const text = 'all work and no play '.repeat(20);
const sound: readonly MemberSpec[] = [
  { name: 'a/', both: { flags: 0 } },
  { name: 'a/one.txt', content: text, deflate: true },
  { name: 'größe.bin', content: 'stored' },
];

/** Codes of what is found in an archive that is no model, without the finding that says so. */
async function codesOf(bytes: Uint8Array): Promise<readonly string[]> {
  const { findings, verdict } = await inspectModel(bytes);
  expect(verdict).not.toBe('clean');
  return findings.map(({ code }) => code).filter((code) => code !== 'FORMAT_UNKNOWN');
}

async function membersOf(bytes: Uint8Array): Promise<readonly (readonly [name: string, size: number, at: number])[]> {
  const { inspection, codes } = inspectionOf();
  const { members } = await readZip(memorySource(bytes), inspection);
  expect(codes()).toEqual([]);
  return members.map(({ name, size, dataAt }) => [name, size, dataAt]);
}

const harmless: readonly (readonly [what: string, members: readonly MemberSpec[], archive?: ArchiveSpec])[] = [
  ['stored and deflated members', sound],
  ['no member', []],
  ['a zip64 end record', sound, { zip64: true }],
  ['sizes behind a content', [later('sizes', {})]],
  ['sizes of 64 bits behind a content', [later('sizes', { isLong: true })]],
  ['contents aligned as by PyTorch', [{ name: 'w', content: 'x', local: { extra: extraField(0x4246, 'ZZZZ') } }]],
  ['times of its members', [{ name: 'w', both: { extra: extraField(0x5455, '\u0001abcd') } }]],
  ['sizes in a zip64 field of the header, as by NumPy', [longLocal('w', 5)]],
];

function later(content: string, how: { readonly isLong?: boolean }): MemberSpec {
  const local = { crc: 0, packed: 0, size: 0 };
  return { name: 'd', content, both: { flags: 8 }, local, after: descriptorOf(content, how.isLong) };
}

function longLocal(name: string, size: number): MemberSpec {
  const extra = extraField(1, joined(u64(size), u64(size)));
  return { name, content: 'x'.repeat(5), local: { packed: 0xffffffff, size: 0xffffffff, extra } };
}

describe('an archive', () => {
  for (const [what, members, archive] of harmless) {
    it(`with ${what} is read without a finding`, async () => {
      const read = await membersOf(zipOf(members, archive));
      expect(read.map(([name]) => name)).toEqual(members.map(({ name }) => name));
    });
  }

  it('tells where contents are and how large they will be', async () => {
    const bytes = zipOf(sound);
    const [, deflated, stored] = await membersOf(bytes);
    expect(deflated?.[1]).toBe(text.length);
    expect(Buffer.from(bytes.subarray(stored?.[2], (stored?.[2] ?? 0) + 6)).toString()).toBe('stored');
  });

  it('with a short text as comment has a note', async () => {
    const { inspection, findings } = inspectionOf();
    await readZip(memorySource(zipOf(sound, { comment: 'made by hand' })), inspection);
    expect([findings.verdict, findings.kept.map(({ code }) => code)]).toEqual(['clean', ['ZIP_COMMENT']]);
  });
});

const one: MemberSpec = { name: 'one', content: text };
const two: MemberSpec = { name: 'two', content: 'two' };
const symlink = { central: { attributes: 0xa1ff << 16 } };

const hostile: readonly (readonly [
  what: string,
  codes: readonly string[],
  members: readonly MemberSpec[],
  archive?: ArchiveSpec,
])[] = [
  ['bytes before it', ['HIDDEN_BYTES'], [one], { before: '#!/bin/sh\n' }],
  ['bytes after it', ['HIDDEN_BYTES'], [one], { after: 'more' }],
  ['bytes between members', ['HIDDEN_BYTES'], [one, { ...two, before: 'more' }]],
  ['bytes before the directory', ['HIDDEN_BYTES'], [one], { afterMembers: 'more' }],
  ['bytes after the directory', ['HIDDEN_BYTES'], [one], { afterDirectory: 'more' }],
  ['an entry that is not counted', ['HIDDEN_BYTES', 'HIDDEN_BYTES'], [one, two], { count: -1 }],
  ['more members than the directory has', ['MALFORMED'], [one], { count: 1 }],
  ['a directory that reaches into the end', ['MALFORMED'], [one], { size: 10 }],
  ['a comment of many bytes', ['HIDDEN_BYTES'], [one], { comment: 'x'.repeat(2000) }],
  ['a comment that is no text', ['HIDDEN_BYTES'], [one], { comment: new Uint8Array(4) }],
  ['a comment of a member that is no text', ['HIDDEN_BYTES'], [{ ...one, central: { comment: '\0' } }]],
  ['an unknown extra field', ['HIDDEN_BYTES'], [{ ...one, local: { extra: extraField(0x9999, 'more') } }]],
  ['padding that has a content', ['HIDDEN_BYTES'], [{ ...one, local: { extra: extraField(0x4246, 'ZZmoreZ') } }]],
  ['rests of an extra field', ['HIDDEN_BYTES'], [{ ...one, local: { extra: new Uint8Array(3) } }]],
  ['half an extra field', ['MALFORMED'], [{ ...one, local: { extra: extraField(0x5455, 'abc').subarray(0, 6) } }]],
  ['another archive before it', ['HIDDEN_BYTES', 'ZIP_SEVERAL_ENDS'], [one], { before: zipOf([two]) }],
  ['another name in its header', ['ZIP_HEADERS_DIFFER'], [{ ...one, local: { name: 'eno' } }]],
  ['another method in its header', ['ZIP_HEADERS_DIFFER'], [{ ...one, local: { method: 8 } }]],
  ['another size in its header', ['ZIP_HEADERS_DIFFER'], [{ ...one, local: { size: 1 } }]],
  ['another packed size in its header', ['ZIP_HEADERS_DIFFER'], [{ ...one, local: { packed: 1 } }]],
  ['another checksum in its header', ['ZIP_HEADERS_DIFFER'], [{ ...one, local: { crc: 1 } }]],
  ['other flags in its header', ['ZIP_HEADERS_DIFFER'], [{ ...one, local: { flags: 0x800 } }]],
  ['another size in the zip64 field of its header', ['ZIP_HEADERS_DIFFER'], [longLocal('w', 4)]],
  [
    'other sizes behind its content',
    ['ZIP_HEADERS_DIFFER', 'HIDDEN_BYTES'],
    [{ ...later('sizes', {}), after: descriptorOf('other!') }],
  ],
  ['members over each other', ['ZIP_DUPLICATE_NAME', 'ZIP_OVERLAP'], [one, { ...one, central: { at: 0 } }]],
  ['a member over the directory', ['ZIP_OVERLAP'], [{ ...one, both: { packed: 10_000, size: 10_000 } }]],
  ['a header in the directory', ['ZIP_OVERLAP'], [{ ...one, central: { at: 100_000 } }]],
  ['a header that is none', ['MALFORMED'], [{ ...one, central: { at: 4 } }]],
  ['a name twice', ['ZIP_DUPLICATE_NAME'], [one, one]],
  ['names that differ by case', ['ZIP_DUPLICATE_NAME'], [one, { ...one, name: 'ONE' }]],
  [
    'names that differ by their form in Unicode',
    ['ZIP_DUPLICATE_NAME'],
    [
      { ...one, name: '\u00e9' },
      { ...one, name: 'e\u0301' },
    ],
  ],
  ['a file and a folder of one name', ['ZIP_DUPLICATE_NAME'], [one, { name: 'one/' }]],
  ['a name above it', ['ZIP_PATH_ESCAPE'], [{ ...one, name: '../x' }]],
  ['a name above it in its middle', ['ZIP_PATH_ESCAPE'], [{ ...one, name: 'a/../../x' }]],
  ['a name above it with backslashes', ['ZIP_PATH_ESCAPE'], [{ ...one, name: 'a\\..\\x' }]],
  ['an absolute name', ['ZIP_PATH_ESCAPE'], [{ ...one, name: '/etc/x' }]],
  ['a name with a drive', ['ZIP_PATH_ESCAPE'], [{ ...one, name: 'C:\\x' }]],
  ['a name with a backslash', ['ZIP_UNSAFE_NAME'], [{ ...one, name: 'a\\x' }]],
  ['a name with a zero in it', ['ZIP_UNSAFE_NAME'], [{ ...one, name: 'a\0.txt' }]],
  ['a name that turns its direction', ['ZIP_UNSAFE_NAME'], [{ ...one, name: 'a\u202etxt' }]],
  ['no name', ['ZIP_UNSAFE_NAME'], [{ ...one, name: '' }]],
  ['a name that is no UTF-8', ['INVALID_TEXT'], [{ ...one, name: Uint8Array.of(0x61, 0xff) }]],
  ['a name in who knows which character set', ['ZIP_UNSAFE_NAME'], [{ ...one, name: 'é', both: { flags: 0 } }]],
  [
    'another name in an extra field',
    ['ZIP_UNSAFE_NAME', 'ZIP_HEADERS_DIFFER'],
    [{ ...one, both: { extra: extraField(0x7075, 'abcdevil') } }],
  ],
  ['an encrypted member', ['ZIP_ENCRYPTED'], [{ ...one, both: { flags: 1 } }]],
  ['an unknown method', ['UNSUPPORTED'], [{ ...one, both: { method: 14 } }]],
  ['unknown flags', ['UNSUPPORTED'], [{ ...one, both: { flags: 0x20 } }]],
  ['a symbolic link', ['ZIP_SPECIAL_FILE'], [{ ...one, ...symlink }]],
  ['a stored member of two sizes', ['MALFORMED'], [{ ...one, both: { size: 3 } }]],
  ['a folder with a content', ['HIDDEN_BYTES'], [{ ...one, name: 'one/' }]],
];

describe('a hostile archive', () => {
  for (const [what, codes, members, archive] of hostile) {
    it(`with ${what} has ${codes.join(' and ')}`, async () => {
      expect(await codesOf(zipOf(members, archive))).toEqual(codes);
    });
  }

  it('that leads out of its folder is malicious', async () => {
    expect((await inspectModel(zipOf([{ name: '../x' }]))).verdict).toBe('malicious');
  });

  it('with two end records that say different things is suspicious', async () => {
    const bytes = Buffer.from(zipOf([one], { zip64: true }));
    bytes.writeUInt16LE(7, bytes.length - 12);
    expect(await codesOf(bytes)).toEqual(['ZIP_HEADERS_DIFFER']);
  });

  it('that is split can not be judged', async () => {
    const bytes = Buffer.from(zipOf([one]));
    bytes.writeUInt16LE(1, bytes.length - 18);
    expect(await codesOf(bytes)).toEqual(['UNSUPPORTED']);
  });

  it('with millions of members is not read', async () => {
    const bytes = Buffer.from(zipOf([one], { zip64: true, count: 2_000_000 }));
    expect(await codesOf(bytes)).toEqual(['LIMIT_EXCEEDED']);
  });

  it('in a member is no second end', async () => {
    expect(await codesOf(zipOf([{ name: 'inner.zip', content: zipOf([one]) }]))).toEqual([]);
  });

  it('tells the place of what is wrong', async () => {
    const { findings } = await inspectModel(zipOf([one, { ...two, before: 'more' }]));
    expect(findings.at(-1)?.offset).toBe(30 + 3 + text.length);
  });
});

describe('whatever is done to an archive', () => {
  const whole = zipOf([...sound, later('sizes', {})], { zip64: true });

  it('it is never clean when cut at any byte', async () => {
    for (let length = 0; length < whole.length; length += 1) await codesOf(whole.subarray(0, length));
  });

  it('it is read, or refused with a code', async () => {
    const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(changes, async (places) => {
        const bytes = Uint8Array.from(whole);
        for (const [at, value] of places) bytes[at] = value;
        await codesOf(bytes);
      }),
      { numRuns: 500 },
    );
  });
});
