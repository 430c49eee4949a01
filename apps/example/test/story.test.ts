import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runStory } from '../src/story/run-story.ts';
import { NO_POSTGRES, startPostgres, type TestServer } from '../../../tooling/test-servers/postgres.ts';

/** Milliseconds: two processors may have much else to do. */
const PATIENCE = 180_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'story-'));
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

const tellOn = async (
  rounds: number,
  server?: TestServer,
): Promise<{ readonly text: string; readonly claims: number }> => {
  const lines: string[] = [];
  const { claims } = await runStory({
    folder: await mkdtemp(join(folder, 'hotels-')),
    postgres: server?.url,
    programs: server?.connection.binDirectory,
    size: { rooms: 3, guests: 4, reservations: 30 },
    pauseMs: 20,
    rounds,
    write: (line) => void lines.push(line),
  });
  return { text: lines.join('\n'), claims };
};

/** What must have been claimed, and so have been checked, of any hotels. */
const CLAIMS = [
  /seaside 1: it is full, of records, sqlite, directory/,
  /mountain 1: each of its \d+ reservations has its guest and its room/,
  /station 1: all \d+ reservations that were promised before it are in it/,
  /harms seaside[^]*all \d+ reservations that guests were promised are there and right[^]*harms mountain/,
  /harms mountain[^]*all \d+ reservations that guests were promised are there and right/,
  /the certificate is signed with the key that was noted before/,
  /the snapshots of station can't be read \(TENANT_ERASED\)/,
  /with the key file alone, opens for nobody \(KEY_STORE_REQUIRED\)/,
  /prune frees space/,
  /version 1\.0\.0 is restored/,
  /the data of seaside and mountain is untouched/,
];

describe('three hotels are backed up, one is harmed and merged back, one is erased, what they share is restored', () => {
  test(
    'all of them on SQLite',
    async () => {
      const { text, claims } = await tellOn(1);
      for (const claim of CLAIMS) expect(text).toMatch(claim);
      expect(claims).toBe(text.match(/ ok: /g)?.length);
    },
    PATIENCE,
  );

  describe.skipIf(NO_POSTGRES !== undefined)(`with a PostgreSQL server (${NO_POSTGRES ?? 'of its own'})`, () => {
    let place: string;
    let server: TestServer;
    beforeAll(async () => {
      place = await mkdtemp(join(tmpdir(), 'story-server-'));
      server = await startPostgres(place);
    });
    afterAll(async () => {
      server.end();
      await rm(place, { recursive: true });
    });

    test('two of them on PostgreSQL, and no schema is left there', async () => {
      const { text } = await tellOn(2, server);
      for (const claim of CLAIMS) expect(text).toMatch(claim);
      expect(text).toMatch(/seaside 2: it is incremental, of records, sqlite, directory/);
      expect(text).toMatch(/mountain 2: it is incremental, of records, postgres, directory/);
      expect(server.sql('postgres', "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'story%'")).toBe('0');
    });
  });
});
