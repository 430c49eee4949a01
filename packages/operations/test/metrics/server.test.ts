import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type MetricFamily, serveMetrics, writeMetricsFile } from '../../src/metrics/index.ts';
import { readExposition } from '../fixtures/read-exposition.ts';

const families: readonly MetricFamily[] = [
  { name: 'holdfast_up_seconds', help: 'It is.', unit: 'seconds', samples: [{ labels: {}, value: 1 }] },
];

it('a scrape gets the format that it asks for, and whoever asks for something else is told', async () => {
  await using server = await serveMetrics({ port: 0, read: async () => await Promise.resolve(families) });
  const plain = await fetch(server.url);
  expect([plain.status, plain.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  expect(readExposition(await plain.text(), false)).toMatchObject([{ name: 'holdfast_up_seconds' }]);
  const open = await fetch(server.url, { headers: { accept: 'application/openmetrics-text; version=1.0.0' } });
  expect(readExposition(await open.text(), true)).toMatchObject([{ unit: 'seconds' }]);
  expect((await fetch(server.url, { method: 'HEAD' })).status).toBe(200);
  expect((await fetch(server.url, { method: 'POST', body: 'x' })).status).toBe(405);
  expect((await fetch(server.url.replace('/metrics', '/'))).status).toBe(404);
});

it('those who ask at the same time share one reading, also the next ones while it is fresh', async () => {
  let [reads, nowMs] = [0, 0];
  const read = async (): Promise<readonly MetricFamily[]> => {
    reads++;
    return await Promise.resolve(families);
  };
  await using server = await serveMetrics({ port: 0, read, freshMs: 1000, clock: { monotonic: () => nowMs } });
  await Promise.all([fetch(server.url), fetch(server.url), fetch(server.url)]);
  await fetch(server.url);
  expect(reads).toBe(1);
  nowMs = 1001;
  await fetch(server.url);
  expect(reads).toBe(2);
});

it('what can not be read is told to the log and not to who asks, and tried again by the next', async () => {
  const errors: unknown[] = [];
  const problem = new Error('s3://secret@bucket does not answer');
  let isBroken = true;
  const read = async () => await (isBroken ? Promise.reject(problem) : Promise.resolve(families));
  await using server = await serveMetrics({ port: 0, read, onError: (error) => errors.push(error) });
  const response = await fetch(server.url);
  expect([response.status, await response.text()]).toEqual([503, 'The numbers could not be read\n']);
  expect(errors).toEqual([problem]);
  isBroken = false;
  expect((await fetch(server.url)).status).toBe(200);
});

it('a server that stops answers what it was asked, takes nothing new, and ends who never asks', async () => {
  let answer = (): void => undefined;
  const reading = new Promise<void>((resolve) => (answer = resolve));
  const asked = Promise.withResolvers<void>();
  const read = async () => {
    asked.resolve();
    await reading;
    return families;
  };
  const server = await serveMetrics({ port: 0, read });
  const mute = connect(server.port, '127.0.0.1');
  mute.on('error', () => undefined);
  await once(mute, 'connect');
  const response = fetch(server.url);
  await asked.promise;
  const closing = server.close({ graceMs: 200 });
  await expect(fetch(server.url)).rejects.toThrow();
  answer();
  expect((await response).status).toBe(200);
  await closing;
  mute.destroy();
});

it('a port that is taken is said to be', async () => {
  await using server = await serveMetrics({ port: 0, read: async () => await Promise.resolve(families) });
  const second = serveMetrics({ port: server.port, read: async () => await Promise.resolve(families) });
  await expect(second).rejects.toMatchObject({ code: 'LISTEN_FAILED' });
});

it('a file of metrics is put in place at once, can be read by all, and leaves nothing beside it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-metrics-'));
  try {
    const file = join(folder, 'holdfast.prom');
    writeFileSync(file, 'before');
    await writeMetricsFile(file, 'a 1\n');
    expect(readFileSync(file, 'utf8')).toBe('a 1\n');
    expect(statSync(file).mode & 0o777).toBe(0o644);
    await expect(writeMetricsFile(join(folder, 'none', 'a.prom'), '')).rejects.toMatchObject({
      code: 'METRICS_UNWRITABLE',
    });
    // A folder can not be replaced by a file.
    await expect(writeMetricsFile(folder, 'x')).rejects.toMatchObject({ code: 'METRICS_UNWRITABLE' });
    expect(readdirSync(folder)).toEqual(['holdfast.prom']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
