// What a hand-over takes, and what a request costs through the built-in proxy, beside the same service without it.
// Usage: node packages/versioning/bench/deploy-service.ts [--requests 20000] [--lanes 16]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { processService } from '../src/deploy/service/process/process-service.ts';

const ROUNDS = 5;
const PORT = 18_480;

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '20000' }, lanes: { type: 'string', default: '16' } },
});
const requests = Number(values.requests);
const lanes = Number(values.lanes);

const median = (list: readonly number[]): number =>
  list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] as number;

/** Requests a second, over connections that are kept. */
async function rate(port: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: lanes });
  let left = requests;
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const asked = request({ agent, port, path: '/' }, (response) => response.resume().once('end', resolve));
      asked.once('error', reject).end();
    });
  const lane = async (): Promise<void> => {
    while (left-- > 0) await one();
  };
  const begin = performance.now();
  await Promise.all(Array.from({ length: lanes }, lane));
  agent.destroy();
  return requests / ((performance.now() - begin) / 1000);
}

const folder = mkdtempSync(join(tmpdir(), 'holdfast-service-'));
const server = join(folder, 'server.mjs');
writeFileSync(
  server,
  `import { createServer } from 'node:http';
const server = createServer((_, response) => response.end('hello'));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
server.listen(Number(process.env.PORT));`,
);
const spec = {
  name: 'bench',
  command: [process.execPath, server],
  workingDirectory: folder,
  environment: {},
  stdout: join(folder, 'out.log'),
  stderr: join(folder, 'err.log'),
} as const;
const service = processService(spec, { state: join(folder, 'state'), port: PORT, portRange: [PORT + 1, PORT + 8] });
const direct = processService(spec, { state: join(folder, 'direct'), port: PORT + 20, front: 'none' });
try {
  await service.run('start');
  await direct.run('start');
  const handOvers: number[] = [];
  const restarts: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    let begin = performance.now();
    await service.run('handOver');
    handOvers.push(performance.now() - begin);
    begin = performance.now();
    await direct.run('restart');
    restarts.push(performance.now() - begin);
  }
  // In turn, so that what else the machine does hits both.
  const through: number[] = [];
  const without: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    without.push(await rate(PORT + 20));
    through.push(await rate(PORT));
  }
  const cost = 1000 / median(through) - 1000 / median(without);
  console.log(`hand-over ${Math.round(median(handOvers))} ms, restart ${Math.round(median(restarts))} ms`);
  console.log(
    `direct ${Math.round(median(without))} requests/s, through the proxy ${Math.round(median(through))} requests/s: ` +
      `${(median(through) / median(without)).toFixed(2)} of it, ${cost.toFixed(3)} ms more each with ${lanes} at a time`,
  );
} finally {
  await service.run('uninstall');
  await direct.run('uninstall');
  rmSync(folder, { recursive: true, force: true });
}
