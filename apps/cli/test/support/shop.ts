import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { newCheckout, type TestCheckout } from './checkout.ts';
import { type Machine, newMachine } from './cli.ts';
import { freePort } from './port.ts';

/** Answers with its version, or badly, as its `package.json` says. */
const SERVER = `import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
const { version, health = 200 } = JSON.parse(readFileSync('package.json', 'utf8'));
createServer((request, response) => {
  if (health !== 200) console.error('the till of ' + version + ' is stuck');
  response.statusCode = request.url === '/health' ? health : 200;
  response.end(JSON.stringify({ version }));
}).listen(Number(process.env.PORT), '127.0.0.1', () => console.log('shop ' + version + ' listens'));
`;

/** A machine with a checkout of a shop, from which releases are made and deployed beside it. */
export interface DeployableShop {
  readonly machine: Machine;
  readonly checkout: TestCheckout;
  /** The root of the deployment. */
  readonly root: string;
  /** Changes the section "deploy", or what stands beside it. */
  configure(deploy: object, beside?: object): Promise<void>;
  /** Commits files and releases them. */
  release(version: string, files?: Readonly<Record<string, string>>, health?: number): Promise<void>;
  /** The version that answers; `undefined` when none does. */
  answers(): Promise<string | undefined>;
}

/** Makes a shop whose service stops when the test is over. */
export async function newDeployableShop(): Promise<DeployableShop> {
  const machine = await newMachine();
  const checkout = await newCheckout(machine);
  const root = join(machine.root, 'live');
  const port = await freePort();
  const base = {
    root: '../live',
    service: { name: 'shop', command: [process.execPath, 'server.mjs'], port },
    health: { url: `http://127.0.0.1:${port}/health`, timeout: '2s', version: 'version' },
  };
  const configure: DeployableShop['configure'] = async (deploy, beside = {}) => {
    const config = { repository: machine.repository, ...beside, deploy: { ...base, ...deploy } };
    await writeFile(join(machine.cwd, 'holdfast.config.json'), JSON.stringify(config));
  };
  await configure({ backup: 'none' });
  await checkout.commit('feat: open', { 'server.mjs': SERVER, '.gitignore': '/holdfast.config.json\n' });
  onTestFinished(async () => {
    // Where nothing was deployed, nothing runs.
    if (existsSync(join(root, '.holdfast', 'service'))) await machine.run(['deploy', 'service', 'stop']);
  });
  return {
    machine,
    checkout,
    root,
    configure,
    release: async (version, files = {}, health = 200) => {
      const manifest = JSON.stringify({ name: 'shop', version: '0.0.0', health });
      await checkout.commit(`feat: ${version}`, { ...files, 'package.json': manifest });
      await machine.json('Release', ['release', 'create', '-v', version]);
    },
    answers: async () => {
      try {
        const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });
        return ((await response.json()) as { version: string }).version;
      } catch {
        return undefined;
      }
    },
  };
}

/** What is in a file of the deployment. */
export const readDeployed = ({ root }: DeployableShop, path: string): string => readFileSync(join(root, path), 'utf8');
