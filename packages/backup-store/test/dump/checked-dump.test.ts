import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from 'vitest';
import { checkedDump, type StreamDumpKind } from '../../src/analyze/index.ts';
import { noise } from '../fixtures/content.ts';
import { failureOf, tempFolder } from '../fixtures/place.ts';
import { clusterDump, mariadbDump, postgresDump, rdbOf, sqliteText } from './dumps.ts';

/** Pieces of all in the same memory, as those of a program may be. */
async function* inPieces(content: Uint8Array, bytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  const memory = Buffer.alloc(bytes);
  for (let at = 0; at < content.length; at += bytes) {
    const piece = content.subarray(at, at + bytes);
    memory.set(piece);
    yield memory.subarray(0, piece.length);
  }
}

interface Passed {
  readonly content: Buffer;
  readonly detail: string | undefined;
}

async function pass(content: string | Uint8Array, kind: StreamDumpKind, bytes = 65_536): Promise<Passed> {
  const pieces: Buffer[] = [];
  let detail: string | undefined;
  const onChecked = (said: string): void => {
    detail = said;
  };
  for await (const piece of checkedDump(inPieces(Buffer.from(content), bytes), kind, { onChecked }))
    pieces.push(Buffer.from(piece));
  return { content: Buffer.concat(pieces), detail };
}

function sqliteFile(): Buffer {
  const file = join(tempFolder(afterAll), 'a.db');
  const database = new DatabaseSync(file);
  database.exec('CREATE TABLE t(a); INSERT INTO t VALUES (randomblob(20000))');
  database.close();
  return readFileSync(file);
}

const GOLDEN = readFileSync(new URL('golden/custom-15.dump', import.meta.url));
const WHOLE: readonly (readonly [StreamDumpKind, Buffer])[] = [
  ['postgresql', Buffer.from(postgresDump(200))],
  ['postgresql', Buffer.from(clusterDump(2))],
  ['postgresql-archive', GOLDEN],
  ['mysql', Buffer.from(mariadbDump)],
  ['sqlite-sql', Buffer.from(sqliteText)],
  ['sqlite', sqliteFile()],
  ['redis', rdbOf(noise(9000, 3))],
];

describe.each(WHOLE)('a dump of kind %s', (kind, whole) => {
  test.each([1, 1000, 4096, 65_536])(
    'passes unchanged in pieces of %d bytes, and what was found is told',
    async (bytes) => {
      const content = whole.subarray(0);
      const passed = await pass(content, kind, bytes);
      expect(passed.content.equals(content)).toBe(true);
      expect(passed.detail).toMatch(/./);
    },
  );

  test('passes, cut anywhere, and then throws', async () => {
    for (const part of [0, 0.01, 0.5, 0.8])
      expect(await failureOf(pass(whole.subarray(0, whole.length * part), kind)), String(part)).toMatchObject({
        code: 'DUMP_INCOMPLETE',
      });
  });

  test('throws when it is of another kind', async () => {
    const [other] = WHOLE.filter(([each]) => each !== kind).map(([, content]) => content);
    expect(await failureOf(pass(other as Buffer, kind))).toMatchObject({ code: 'DUMP_INCOMPLETE' });
  });
});

test('an RDB file that has changed on the way does not pass, and one without a checksum does, with that said', async () => {
  const whole = rdbOf(noise(100_000, 3));
  const changed = Buffer.from(whole);
  changed[50_000] = (changed[50_000] as number) ^ 1;
  expect((await failureOf(pass(changed, 'redis'))).message).toContain('CRC-64');
  whole.fill(0, whole.length - 8);
  expect((await pass(whole, 'redis')).detail).toContain('without a checksum');
});

test('values that look like beginnings of other dumps do not make one incomplete', async () => {
  const nested = postgresDump(2).replace('COPY', "INSERT INTO notes VALUES ('\n-- PostgreSQL database dump\n');\nCOPY");
  expect((await pass(nested, 'postgresql')).detail).toContain('completion line');
});

test('what the stream throws comes first, and a stream nobody wants more of is ended', async () => {
  let isEnded = false;
  const content = async function* (fails: boolean): AsyncGenerator<Uint8Array> {
    try {
      yield GOLDEN.subarray(0, 1000);
      if (fails) throw new Error('the program failed');
      yield GOLDEN.subarray(1000);
    } finally {
      isEnded = true;
    }
  };
  const failing = async (): Promise<void> => {
    for await (const _ of checkedDump(content(true), 'postgresql-archive'));
  };
  expect((await failureOf(failing())).message).toBe('the program failed');
  isEnded = false;
  for await (const _ of checkedDump(content(false), 'postgresql-archive')) break;
  expect(isEnded).toBe(true);
});
