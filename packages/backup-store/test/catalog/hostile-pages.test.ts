import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../../src/bytes/writer.ts';
import { readLeafPage } from '../../src/catalog/leaf-page.ts';
import { encodeNodePage, type PageChild, type PageRef, readNodePage } from '../../src/catalog/node-page.ts';
import { isBackupError } from '../../src/errors.ts';
import { catalogOf, entriesOf, entryOf, fileOf } from '../fixtures/entries.ts';
import { failureOf } from '../fixtures/place.ts';
import { refusalOf } from '../fixtures/refusal.ts';

const leaf = (bytes: Uint8Array): unknown => readLeafPage(bytes, 'catalog page x');
const DIRECTORY = 0;
const FILE = 1;
const SYMLINK = 2;
const SAME_OWNER = 0x80;

/** What goes before the path: what it shares with the last one, and its rest. */
const path = (writer: ByteWriter, shared: number, rest: string | Buffer): ByteWriter =>
  writer.varint(shared).bytes(Buffer.from(rest));
/** Mode, owner and time. */
const facts = (writer: ByteWriter): ByteWriter => writer.varint(0o644).varint(0).varint(0).zigzag(5).varint(0);
const time = (writer: ByteWriter): ByteWriter => writer.zigzag(5).varint(0);

function page(entries: number, digests: number, write: (writer: ByteWriter) => unknown): Buffer {
  const writer = new ByteWriter().u8(0).varint(entries).varint(digests);
  write(writer);
  return writer.take();
}

describe('leaf pages', () => {
  test('the bytes of a page are frozen', () => {
    const { pages } = catalogOf([
      entryOf('', { kind: 'directory', mode: 0o755, uid: 0, gid: 0, mtimeNs: -1n }),
      fileOf('a/b', 300),
      entryOf('a/c', { kind: 'symlink', linkTarget: Buffer.from('b'), hardLinkTo: Buffer.from('x'), torn: true }),
    ]);
    expect([...pages.values()].map((each) => each.toString('hex'))).toEqual([
      [
        '000301',
        '0000',
        '00',
        'ed030000',
        '01ff93ebdc03',
        '0003612f62',
        '01',
        'a403e807e807',
        '80c49fd50c959aef3a',
        'ac0201',
        '020163',
        'e2',
        '80c49fd50c959aef3a',
        '0162',
        '0178',
        '74d1935cbf9d42fa07785b06ef25e90ded2e5095cbbb4952e092a01c4897c1f4',
      ].join(''),
    ]);
  });

  test.each<[string, Buffer]>([
    ['nothing at all', Buffer.alloc(0)],
    ['a page of another height', Buffer.from([1, 0, 0])],
    ['more entries than bytes', page(1_000_000, 0, () => undefined)],
    ['more entries than any writer makes', page(70_000, 0, (w) => w.raw(Buffer.alloc(80_000)))],
    ['2^40 entries', page(2 ** 40, 0, () => undefined)],
    ['more digests than bytes', page(0, 5, (w) => w.raw(Buffer.alloc(100)))],
    ['digests that nothing uses', page(0, 1, (w) => w.raw(Buffer.alloc(32)))],
    [
      'fewer digests than its entries use',
      page(1, 0, (w) =>
        facts(path(w, 0, 'a').u8(FILE))
          .varint(5)
          .varint(1),
      ),
    ],
    ['bytes after its end', page(0, 0, (w) => w.u8(0))],
    ['a first entry that shares a path', page(1, 0, (w) => facts(path(w, 1, 'a').u8(DIRECTORY)))],
    ['a first entry without mode and owner', page(1, 0, (w) => time(path(w, 0, 'a').u8(DIRECTORY | SAME_OWNER)))],
    [
      'two entries of one path',
      page(2, 0, (w) => time(path(facts(path(w, 0, 'a').u8(DIRECTORY)), 1, '').u8(DIRECTORY | SAME_OWNER))),
    ],
    [
      'entries out of order',
      page(2, 0, (w) => time(path(facts(path(w, 0, 'b').u8(DIRECTORY)), 0, 'a').u8(DIRECTORY | SAME_OWNER))),
    ],
    [
      'a file before its folder',
      page(2, 0, (w) => time(path(facts(path(w, 0, 'a/b').u8(DIRECTORY)), 1, '').u8(DIRECTORY | SAME_OWNER))),
    ],
    [
      'a path that shares more than there is',
      page(2, 0, (w) => time(path(facts(path(w, 0, 'a').u8(DIRECTORY)), 2, 'b').u8(DIRECTORY | SAME_OWNER))),
    ],
    ['a path of 64 KiB and a byte', page(1, 0, (w) => facts(path(w, 0, Buffer.alloc(65_537, 97)).u8(DIRECTORY)))],
    [
      'a path that grows beyond 64 KiB by sharing',
      page(2, 0, (w) =>
        time(
          path(facts(path(w, 0, Buffer.alloc(65_000, 97)).u8(DIRECTORY)), 65_000, Buffer.alloc(537, 97)).u8(SAME_OWNER),
        ),
      ),
    ],
    ['an unknown kind', page(1, 0, (w) => facts(path(w, 0, 'a').u8(7)))],
    [
      'bits beyond a mode',
      page(1, 0, (w) => path(w, 0, 'a').u8(DIRECTORY).varint(0o10000).varint(0).varint(0).zigzag(0).varint(0)),
    ],
    [
      'a billion nanoseconds',
      page(1, 0, (w) => path(w, 0, 'a').u8(DIRECTORY).varint(0).varint(0).varint(0).zigzag(0).varint(1e9)),
    ],
    [
      'content that does not add up',
      page(1, 2, (w) =>
        facts(path(w, 0, 'a').u8(FILE))
          .varint(10)
          .varint(2)
          .varint(5)
          .varint(4)
          .raw(Buffer.alloc(64)),
      ),
    ],
    [
      'more blobs than digests',
      page(1, 1, (w) =>
        facts(path(w, 0, 'a').u8(FILE))
          .varint(0)
          .varint(2 ** 30)
          .raw(Buffer.alloc(32)),
      ),
    ],
    ['a link’s target that is not there', page(1, 0, (w) => facts(path(w, 0, 'a').u8(SYMLINK)).varint(100))],
  ])('one with %s is refused by name', (_, bytes) => {
    expect(refusalOf(() => leaf(bytes))).toMatchObject({ code: 'OBJECT_INVALID', object: 'catalog page x' });
  });

  test('a page of few bytes that unpacks to gigabytes of paths is refused', () => {
    const bomb = page(60_000, 0, (w) => {
      facts(path(w, 0, Buffer.alloc(60_000, 97)).u8(DIRECTORY));
      for (let i = 1; i < 60_000; i++) {
        time(path(w, 60_000, Buffer.from([1 + (i >> 12), 48 + ((i >> 6) & 63), 48 + (i & 63)])).u8(SAME_OWNER));
      }
    });
    expect(bomb.length).toBeLessThan(1_000_000);
    const before = process.memoryUsage().arrayBuffers;
    expect(refusalOf(() => leaf(bomb)).message).toContain('paths of at most');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(600 * 1024 * 1024);
  });

  test('a page cut anywhere is refused', () => {
    const [bytes] = catalogOf([fileOf('a', 5), fileOf('b', 6, { sparse: true }), entryOf('c')]).pages.values();
    for (let length = 0; length < (bytes as Buffer).length; length++) {
      expect(refusalOf(() => leaf((bytes as Buffer).subarray(0, length))).code).toBe('OBJECT_INVALID');
    }
  });

  test('any change of bytes gives entries or a refusal, nothing else', () => {
    const list = Array.from({ length: 50 }, (_, i) => fileOf(`folder/file ${String(i).padStart(2, '0')}`, i));
    const [bytes] = catalogOf(list).pages.values();
    const changes = fc.array(fc.tuple(fc.nat((bytes as Buffer).length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(changes, (edits) => {
        const changed = Buffer.from(bytes as Buffer);
        for (const [at, value] of edits) changed[at] = value;
        try {
          leaf(changed);
        } catch (error) {
          expect(isBackupError(error, 'OBJECT_INVALID')).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});

const child = (first: string, changes: Partial<PageChild> = {}): PageChild => ({
  sha256: Buffer.alloc(32, 7),
  length: 100,
  entries: 5,
  first: Buffer.from(first),
  ...changes,
});

describe('pages above the leaves', () => {
  test('the bytes of a page are frozen', () => {
    expect(encodeNodePage(1, [child(''), child('b', { length: 300 })]).toString('hex')).toBe(
      ['0102', '07'.repeat(32), '640500', '07'.repeat(32), 'ac02050162'].join(''),
    );
  });

  test('children come back', () => {
    const children = [child(''), child('a/b'), child('a!')];
    expect(readNodePage(encodeNodePage(3, children), 3, 'x')).toEqual(children);
  });

  test.each<[string, Buffer]>([
    ['nothing at all', Buffer.alloc(0)],
    ['another height', encodeNodePage(2, [])],
    ['children out of order', encodeNodePage(1, [child('b'), child('a')])],
    ['two children of one path', encodeNodePage(1, [child('a'), child('a')])],
    ['more children than bytes', new ByteWriter().u8(1).varint(1e9).take()],
    ['a path that is not there', encodeNodePage(1, [child('abc')]).subarray(0, -1)],
    ['bytes after its end', Buffer.concat([encodeNodePage(1, []), Buffer.alloc(1)])],
  ])('one with %s is refused by name', (_, bytes) => {
    expect(refusalOf(() => readNodePage(bytes, 1, 'catalog page x'))).toMatchObject({
      code: 'OBJECT_INVALID',
      object: 'catalog page x',
    });
  });
});

describe('trees of pages', () => {
  const pages = new Map<string, Buffer>();
  const put = (bytes: Buffer): Pick<PageChild, 'sha256' | 'length'> => {
    const sha256 = createHash('sha256').update(bytes).digest();
    pages.set(sha256.toString('hex'), bytes);
    return { sha256, length: bytes.length };
  };
  const leafOf = (...names: string[]): Pick<PageChild, 'sha256' | 'length'> =>
    put([...catalogOf(names.map((name) => entryOf(name))).pages.values()][0] as Buffer);
  const node = (height: number, children: readonly PageChild[]): PageRef => ({
    ...put(encodeNodePage(height, children)),
    height,
  });
  const read = async (top: PageRef): Promise<string[]> =>
    (await entriesOf({ top, pages })).list.map((entry) => entry.path.toString());

  test('two leaves whose entries overlap are refused', async () => {
    const top = node(1, [child('a', { ...leafOf('a', 'x'), entries: 2 }), child('b', { ...leafOf('b'), entries: 1 })]);
    expect((await failureOf(read(top))).code).toBe('OBJECT_INVALID');
  });

  test.each<[string, Partial<PageChild>]>([
    ['another first path', { first: Buffer.from('aa') }],
    ['more entries', { entries: 3 }],
    ['fewer entries', { entries: 1 }],
  ])('a parent that tells of %s than a leaf has is refused, as a part of it could be hidden so', async (_, lie) => {
    const told = child('a', { ...leafOf('a', 'b'), entries: 2, ...lie });
    expect(await failureOf(read(node(1, [told])))).toMatchObject({
      code: 'OBJECT_INVALID',
      object: expect.stringContaining('catalog page') as unknown,
    });
  });

  test('so is one that lies of a page above leaves', async () => {
    const inner = node(1, [child('a', { ...leafOf('a', 'b'), entries: 2 })]);
    const honest = node(2, [child('a', { ...inner, entries: 2 })]);
    expect(await read(honest)).toEqual(['a', 'b']);
    for (const lie of [{ entries: 7 }, { first: Buffer.from('') }]) {
      const top = node(2, [child('a', { ...inner, entries: 2, ...lie })]);
      expect((await failureOf(read(top))).code).toBe('OBJECT_INVALID');
    }
  });

  test('an empty leaf below a parent is refused', async () => {
    const top = node(1, [child('', { ...leafOf(), entries: 0 })]);
    expect((await failureOf(read(top))).code).toBe('OBJECT_INVALID');
  });

  test.each<[string, Partial<PageRef>]>([
    ['as high as a tower', { height: 9 }],
    ['of 65 MiB', { length: 65 * 1024 * 1024 }],
  ])('a page that is said to be %s is not fetched', async (_, changes) => {
    let fetched = 0;
    const top = { ...leafOf('a'), height: 0, ...changes };
    const counted = { get: (digest: string) => (fetched++, pages.get(digest)) } as unknown as Map<string, Buffer>;
    expect((await failureOf(entriesOf({ top, pages: counted }))).code).toBe('OBJECT_INVALID');
    expect(fetched).toBe(0);
  });
});
