import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../src/bytes/reader.ts';
import { ByteWriter } from '../../src/bytes/writer.ts';
import { isBackupError } from '../../src/errors.ts';
import { BLOB, DirectoryBuilder, type PackedBlob, visitDirectory } from '../../src/pack/directory.ts';
import { refusalOf } from '../fixtures/refusal.ts';

interface Frame {
  readonly stored: number;
  readonly codec: number;
  readonly blobs: readonly PackedBlob[];
}

const rawOf = ({ blobs }: Frame): number => blobs.reduce((sum, { length }) => sum + length, 0);

function encode(frames: readonly Frame[]): Buffer {
  const builder = new DirectoryBuilder();
  for (const frame of frames) builder.addFrame(frame.stored, rawOf(frame), frame.codec, frame.blobs);
  expect(builder.frames).toBe(frames.length);
  expect(builder.blobs).toBe(frames.flatMap(({ blobs }) => blobs).length);
  return builder.finish();
}

function visit(bytes: Uint8Array): unknown[] {
  const seen: unknown[] = [];
  const reader = new ByteReader(bytes, 'packs/x');
  visitDirectory(reader, {
    frame: (...frame) => seen.push(['frame', ...frame]),
    blob: (type, from, at, length) =>
      seen.push(['blob', type, Buffer.from(from.subarray(at, at + 16)).toString('hex'), length]),
  });
  reader.end();
  return seen;
}

const id = fc.uint8Array({ minLength: 16, maxLength: 16 });
const blob = fc.record({ type: fc.constantFrom(BLOB.data, BLOB.catalog), id, length: fc.nat(1_000_000) });
const frame = fc.record({
  stored: fc.nat(4_000_000),
  codec: fc.constantFrom(0, 1),
  blobs: fc.array(blob, { maxLength: 10 }),
});

describe('directories', () => {
  test('every frame is told of in order, with where it begins, and every blob of it', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 10 }), (frames) => {
        let offset = 0;
        const expected = frames.flatMap((each) => {
          const begins = offset;
          offset += each.stored;
          return [
            ['frame', begins, each.stored, rawOf(each), each.codec],
            ...each.blobs.map(({ type, id: bytes, length }) => [
              'blob',
              type,
              Buffer.from(bytes).toString('hex'),
              length,
            ]),
          ];
        });
        expect(visit(encode(frames))).toEqual(expected);
      }),
    );
  });

  test('the bytes of a directory are frozen', () => {
    const blobs = [
      { type: BLOB.data, id: Buffer.alloc(16, 0xaa), length: 300 },
      { type: BLOB.catalog, id: Buffer.alloc(16, 0xbb), length: 5 },
    ];
    expect(encode([{ stored: 200, codec: 1, blobs }]).toString('hex')).toBe(
      ['01c801b1020102', '01', 'aa'.repeat(16), 'ac02', '02', 'bb'.repeat(16), '05'].join(''),
    );
  });
});

describe('hostile directories', () => {
  const TOO_LARGE = 64 * 1024 * 1024 + 1;
  const blobOf = (writer: ByteWriter, length: number): ByteWriter => writer.u8(1).raw(Buffer.alloc(16)).varint(length);

  test.each<[string, (writer: ByteWriter) => unknown]>([
    ['more frames than bytes', (w) => w.varint(1000)],
    ['a frame that is stored in too many bytes', (w) => w.varint(1).varint(TOO_LARGE).varint(1).u8(0).varint(0)],
    ['a frame that unpacks to too many bytes', (w) => w.varint(1).varint(1).varint(TOO_LARGE).u8(1).varint(0)],
    [
      'more blobs than bytes',
      (w) =>
        w
          .varint(1)
          .varint(1)
          .varint(1)
          .u8(0)
          .varint(2 ** 40),
    ],
    ['a blob that is larger than its frame', (w) => blobOf(w.varint(1).varint(9).varint(9).u8(0).varint(1), 10)],
    ['blobs that do not fill their frame', (w) => blobOf(w.varint(1).varint(9).varint(9).u8(0).varint(1), 8)],
    ['bytes after its end', (w) => w.varint(0).u8(0)],
    ['a blob that was cut', (w) => w.varint(1).varint(9).varint(9).u8(0).varint(1).u8(1).raw(Buffer.alloc(10))],
    [
      'frames beyond what places can say',
      (w) => {
        w.varint(65);
        for (let i = 0; i < 65; i++)
          w.varint(TOO_LARGE - 1)
            .varint(0)
            .u8(0)
            .varint(0);
      },
    ],
  ])('one with %s is refused by name', (_, write) => {
    const writer = new ByteWriter();
    write(writer);
    expect(refusalOf(() => visit(writer.take()))).toMatchObject({ code: 'OBJECT_INVALID', object: 'packs/x' });
  });

  test('a frame that no reader accepts is never written', () => {
    const builder = new DirectoryBuilder();
    for (const [stored, raw] of [
      [TOO_LARGE, 5],
      [5, TOO_LARGE],
    ] as const) {
      expect(refusalOf(() => builder.addFrame(stored, raw, 1, [])).code).toBe('OBJECT_INVALID');
    }
    expect(builder.frames).toBe(0);
  });

  test('any bytes are a directory or refused as none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        try {
          visit(bytes);
        } catch (error) {
          expect(isBackupError(error, 'OBJECT_INVALID')).toBe(true);
        }
      }),
    );
  });
});
