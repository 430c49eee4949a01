import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Crc64 } from '../../src/dump/crc64.ts';
import { verifyDump } from '../../src/analyze/index.ts';
import { noise } from '../fixtures/content.ts';
import { tempFolder } from '../fixtures/place.ts';
import { rdbOf } from './dumps.ts';

const crcOf = (bytes: Uint8Array): bigint => {
  const crc = new Crc64();
  crc.push(bytes);
  return crc.value;
};

const rdb = (version: number, checksum?: bigint): Buffer => rdbOf(noise(3_000_000, version), version, checksum);

async function verdictOf(content: Uint8Array): Promise<string> {
  const file = join(tempFolder(), 'dump.rdb');
  writeFileSync(file, content);
  return (await verifyDump(file)).verdict;
}

test('the checksum is that of Redis: its own test vectors', () => {
  expect(crcOf(Buffer.from('123456789'))).toBe(0xe9c6d914c4b8d9can);
  expect(crcOf(Buffer.alloc(0))).toBe(0n);
});

test('a file with its checksum is sound; changed, cut, longer or without one it is not', async () => {
  const whole = rdb(10);
  expect(await verdictOf(whole)).toBe('sound');
  const changed = Buffer.from(whole);
  changed[2_000_000] = (changed[2_000_000] as number) ^ 1;
  expect(await verdictOf(changed)).toBe('damaged');
  for (const length of [9, 12, 17, 1_000_000, whole.length - 8, whole.length - 1]) {
    expect(await verdictOf(whole.subarray(0, length))).toBe('incomplete');
  }
  expect(await verdictOf(Buffer.concat([whole, Buffer.alloc(1)]))).toBe('incomplete');
  expect(await verdictOf(rdb(10, 0n))).toBe('unknown');
  expect(await verdictOf(rdb(4))).toBe('unknown');
});

const SERVER = spawnSync('redis-server', ['--version']).status === 0;

test.skipIf(!SERVER)(
  'a file that redis-server has written is sound (skipped where there is no redis-server)',
  async () => {
    const folder = tempFolder();
    const script = `redis-server --port 0 --dir ${folder} --dbfilename real.rdb --unixsocket ${folder}/s --daemonize no >/dev/null &
    server=$!
    for _ in $(seq 50); do redis-cli -s ${folder}/s ping >/dev/null 2>&1 && break; sleep 0.1; done
    redis-cli -s ${folder}/s set room "$(head -c 2000 /dev/zero | tr '\\0' x)" >/dev/null
    redis-cli -s ${folder}/s rpush list 1 2 3 >/dev/null
    redis-cli -s ${folder}/s shutdown save >/dev/null 2>&1
    wait $server`;
    execFileSync('sh', ['-c', script]);
    const file = join(folder, 'real.rdb');
    expect(await verifyDump(file)).toMatchObject({ kind: 'redis', verdict: 'sound' });
    const changed = readFileSync(file);
    changed[40] = (changed[40] as number) ^ 1;
    expect(await verdictOf(changed)).toBe('damaged');
  },
);
