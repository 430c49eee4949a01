import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateKeyPair, savePrivateKey, savePublicKey } from '@x/integrity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { machineIn, type Machine, parseShape } from '../support/cli.ts';
import { newFolder, removeFolder } from '../support/folders.ts';

let machine: Machine;

const fixture = fileURLToPath(
  new URL('../../../../packages/ml-model-registry/test/fixtures/onnx/price.onnx', import.meta.url),
);
const config = 'holdfast.config.json';

beforeAll(async () => {
  machine = machineIn(await newFolder(), { inProcess: true });
  await mkdir(machine.cwd);
  await machine.run(['init']);
  await copyFile(fixture, join(machine.cwd, 'price.onnx'));
  const { privateKey, publicKey } = generateKeyPair({ algorithm: 'ecdsa-p256' });
  await savePrivateKey(join(machine.cwd, 'models.key'), privateKey);
  await savePublicKey(join(machine.cwd, 'models.pub'), publicKey);
  await savePublicKey(join(machine.cwd, 'other.pub'), generateKeyPair({ algorithm: 'ecdsa-p256' }).publicKey);
});

afterAll(async () => removeFolder(machine.root));

async function configure(models: object): Promise<void> {
  const path = join(machine.cwd, config);
  const known = JSON.parse(await readFile(path, 'utf8').catch(() => '{}')) as object;
  await writeFile(path, JSON.stringify({ ...known, models }));
}

describe('models that somebody vouches for', () => {
  it('are signed, verified, validated, held against gates, and forced only with a reason', async () => {
    await machine.run(['models', 'add', 'price', 'price.onnx', '--change', 'retrain', '--metric', 'hits=0.4']);
    await configure({
      signKey: 'models.key',
      trustKeys: ['models.pub'],
      gates: { prod: { metrics: [{ metric: 'hits', min: 0.5 }], signed: true, loadTest: true, approvals: 1 } },
      loadTest: { commands: [{ command: ['sh', '-c', 'test -s "$1"', 'sh', '{file}'] }] },
    });
    const refused = await machine.run(['models', 'restore', 'price', '--to', 'out.onnx']);
    expect([refused.code, refused.stderr]).toEqual([
      7,
      expect.stringContaining('signed by somebody who is trusted, got no signature'),
    ]);
    const plan = await machine.run(['models', 'promote', 'price', 'prod', '--dry-run', '--json']);
    expect([plan.code, parseShape('PromotionPlan', plan.stdout).gates.map(({ status }) => status)]).toEqual([
      7,
      ['failed', 'failed', 'failed', 'failed'],
    ]);
    expect(await machine.json('ModelSigned', ['models', 'sign', 'price', '--out', 'model.sig'])).toMatchObject({
      path: 'model.sig',
    });
    expect(JSON.parse(await readFile(join(machine.cwd, 'model.sig'), 'utf8'))).toHaveProperty('dsseEnvelope');
    expect(await machine.json('ModelVerified', ['models', 'verify', 'price'])).toMatchObject({
      verified: true,
      signatures: 1,
    });
    const other = await machine.run(['models', 'verify', 'price', '--key', 'other.pub']);
    expect([other.code, other.stdout]).toEqual([
      6,
      'price 1.0.0 not verified: a key has signed it that is not trusted\n',
    ]);
    const report = await machine.json('ModelValidation', ['models', 'validate', 'price']);
    expect(report).toMatchObject({
      status: 'passed',
      signature: { status: 'passed' },
      loadTest: { runner: 'sh', status: 'passed' },
    });
    const own = await machine.run(['models', 'approve', 'price', '--reason', 'mine']);
    expect([own.code, own.stderr]).toEqual([7, expect.stringContaining('Expected somebody other than')]);
    const failed = await machine.run(['models', 'promote', 'price', 'prod']);
    expect([failed.code, failed.stderr]).toEqual([
      7,
      expect.stringContaining('metric hits: expected at least 0.5, got 0.4'),
    ]);
    expect((await machine.run(['models', 'promote', 'price', 'prod', '--force'])).code).toBe(2);
    const forced = await machine.run(['models', 'promote', 'price', 'prod', '--force', '--reason', 'an outage']);
    expect(forced.stdout).toContain('  passed  load test: passed; passed: Loaded by sh\n');
    expect(forced.stdout).toContain('price@prod is 1.0.0, past its gates; it was nothing (an outage)\n');
    expect(await machine.json('ModelVersion', ['models', 'show', 'price'])).toMatchObject({
      signatures: [{}],
      approvals: [],
      loadTest: { status: 'passed', detail: 'Loaded by sh' },
    });
    await mkdir(join(machine.cwd, 'out'));
    await copyFile(fixture, join(machine.cwd, 'out/watched.onnx'));
    const watched = await machine.run(['models', 'watch', 'out', '--once', '--validate']);
    expect([watched.code, watched.stdout]).toEqual([
      0,
      expect.stringMatching(/^validated {2}.*watched\.onnx: watched 1\.0\.0 passed, Loaded by sh$/m),
    ]);
    expect((await machine.run(['models', 'show', 'watched'])).stdout).toMatch(/^signed +\d/m);
    const { stdout } = await machine.run(['models', 'history', 'price']);
    expect(stdout).toMatch(
      /version\.added[\s\S]*version\.signed[\s\S]*version\.tested[\s\S]*alias\.moved prod: nothing -> 1\.0\.0 \(forced\)/,
    );
  });

  it('are validated as files, by samples and a digest', async () => {
    await configure({
      loadTest: {
        commands: [{ command: ['sh', '-c', 'cat answers.json', '{file}'], formats: ['onnx'] }],
        timeout: '30s',
      },
    });
    await writeFile(join(machine.cwd, 'samples.json'), '[{"inputs":{}}]');
    const call = ['models', 'validate', '--file', 'price.onnx'];
    const broken = await machine.run([...call, '--samples', 'samples.json']);
    expect([broken.code, broken.stdout]).toEqual([
      6,
      expect.stringContaining('  failed  load test: Expected exit code 0, got exit code 1'),
    ]);
    const wrong = await machine.run([...call, '--digest', `sha256:${'0'.repeat(64)}`]);
    expect([wrong.code, wrong.stdout]).toEqual([6, expect.stringContaining('Not loaded: it is another file')]);
    expect((await machine.run(['models', 'validate'])).code).toBe(2);
    const missing = await machine.run(['models', 'validate', 'missing.onnx']);
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('that is not there: missing.onnx')]);
    await writeFile(join(machine.cwd, 'samples.json'), '{');
    expect((await machine.run([...call, '--samples', 'samples.json'])).stderr).toContain('Expected samples as JSON');
  });
});
