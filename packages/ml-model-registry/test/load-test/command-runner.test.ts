import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { LIMITS_MEMORY } from '../../src/load-test/child.ts';
import { commandRunner, type CommandRunnerOptions } from '../../src/load-test/command-runner.ts';
import type { LoadTestOptions, LoadTestReport } from '../../src/load-test/contract.ts';
import { loadTest } from '../../src/load-test/load-test.ts';
import { validateModel } from '../../src/validation/validate-model.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'command-'));
  file = join(folder, 'model.bin');
  writeFileSync(file, 'weights');
});

const inspection = { format: 'safetensors', verdict: 'clean' } as const;
const sh = (script: string): CommandRunnerOptions['command'] => [
  'sh',
  '-c',
  script,
  'sh',
  '{file}',
  '{samples}',
  '{format}',
];

async function tested(
  command: CommandRunnerOptions['command'],
  more: Partial<CommandRunnerOptions> & LoadTestOptions = {},
): Promise<LoadTestReport> {
  const { samples, tolerance, limits, ...runner } = more;
  const runners = [commandRunner({ command, ...runner })];
  return await loadTest({ file, inspection, runners, samples, tolerance, limits });
}

const alive = (pid: string): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

describe('a command that loads a model', () => {
  it('gets the file and nothing of the environment that may be a secret', async () => {
    process.env['SECRET_FOR_TEST'] = 'hunter2';
    try {
      const report = await tested(sh('cat "$1"; echo "$3 ${SECRET_FOR_TEST-unset} $OWN"; test "$HOME" = "$PWD"'), {
        stdout: /weightssafetensors unset mine/,
        environment: { OWN: 'mine' },
      });
      expect(report).toMatchObject({ status: 'passed', runner: 'sh', end: 'ended', memoryLimited: LIMITS_MEMORY });
    } finally {
      delete process.env['SECRET_FOR_TEST'];
    }
  });

  it('has failed with another exit code, another output, and as a program that is not there', async () => {
    expect(await tested(sh('echo no such layer >&2; exit 3'))).toMatchObject({
      status: 'failed',
      end: 'failed',
      detail: 'Expected exit code 0, got exit code 3: no such layer',
    });
    expect(await tested(sh('exit 3'), { exitCode: 3 })).toMatchObject({ status: 'passed' });
    expect(await tested(sh('echo bad'), { stdout: 'good' })).toMatchObject({
      status: 'failed',
      detail: 'Expected good in what it prints, got "bad\\n"',
    });
    expect((await tested(['no-such-program', '{file}'])).detail).toContain('no program no-such-program');
    expect(await tested(sh('kill -SEGV $$'))).toMatchObject({ end: 'crashed' });
  });

  it.runIf(process.platform === 'linux')(
    'ends at its time with all that it has started, and leaves no file',
    async () => {
      const script = `sleep 60 & echo $! > ${folder}/pid; pwd > ${folder}/place; touch left; sleep 60`;
      const report = await tested(sh(script), { limits: { ms: 300 } });
      expect(report).toMatchObject({
        status: 'failed',
        end: 'timeout',
        detail: 'Expected exit code 0, got no end within 300 ms',
      });
      await expect.poll(() => alive(readFileSync(join(folder, 'pid'), 'utf8').trim())).toBe(false);
      expect(existsSync(readFileSync(join(folder, 'place'), 'utf8').trim())).toBe(false);
    },
  );

  it.runIf(process.platform === 'linux')('leaves no process behind when it ends by itself', async () => {
    const report = await tested(sh(`sleep 60 & echo $! > ${folder}/pid`));
    expect(report.status).toBe('passed');
    await expect.poll(() => alive(readFileSync(join(folder, 'pid'), 'utf8').trim())).toBe(false);
  });

  it.runIf(LIMITS_MEMORY)('that takes more memory than it may is told so', async () => {
    const script =
      'require("node:buffer"); try { Buffer.alloc(1.5e9, 1) } catch (e) { console.error(e.message); process.exit(9) }';
    const report = await tested([process.execPath, '-e', script, '{file}'], {
      limits: { memoryBytes: 900 * 1024 * 1024 },
    });
    expect(report).toMatchObject({ status: 'failed', end: 'out-of-memory' });
  });

  it('ends when whoever waits for it does not any more', async () => {
    const abort = new AbortController();
    const runners = [commandRunner({ command: sh('sleep 60') })];
    const running = loadTest({ file, inspection, runners, signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
  });

  it('is compared by what it prints', async () => {
    const y = (data: readonly number[]): object => ({ y: { type: 'float32', shape: [2], data } });
    const x = { x: { type: 'float32', shape: [1], data: [1] } };
    const samples = [{ inputs: x, outputs: y([1, 2]) as never }];
    const prints = (data: readonly number[]): CommandRunnerOptions['command'] =>
      sh(`grep -q inputs "$2" && echo '${JSON.stringify([y(data)])}'`);
    const options = { samples, prints: 'outputs' } as const;
    expect(await tested(prints([1, 2.0001]), options)).toMatchObject({ status: 'passed', samples: 1, compared: 1 });
    expect(await tested(prints([1, 2.1]), options)).toMatchObject({
      status: 'failed',
      differences: [{ sample: '1', output: 'y', message: 'Expected 2 at 1, got 2.1; 1 of 2 values differ' }],
    });
    expect(await tested(prints([1, 2.1]), { ...options, tolerance: { absolute: 0.2 } })).toMatchObject({
      status: 'passed',
    });
    expect((await tested(sh('echo "[]"'), options)).detail).toBe('Expected outputs of 1 samples, got 0');
    expect((await tested(sh('echo what'), options)).detail).toContain('Expected outputs as JSON');
    expect((await tested(sh('true'), { samples })).detail).toContain('sh does not tell them');
  });
});

const hasPython = spawnSync('python3', ['--version']).status === 0;

describe.skipIf(!hasPython)('`python3 -c` (needs python3)', () => {
  const numbers = fileURLToPath(new URL('../fixtures/pickle/python.pkl', import.meta.url));
  const python = async (program: string): Promise<LoadTestReport> => {
    const command = [
      'python3',
      '-c',
      `import sys, pickle; model = pickle.load(open(sys.argv[1], "rb")); ${program}`,
      '{file}',
    ] as const;
    const { loadTest: report } = await validateModel(numbers, {
      runners: [commandRunner({ command, stdout: 'dict' })],
    });
    return report;
  };

  it('loads a pickle that the inspection has found clean, and says what went wrong with it', async () => {
    expect(await python('print(type(model).__name__)')).toMatchObject({ status: 'passed', runner: 'python3' });
    expect(await python('model.predict()')).toMatchObject({
      status: 'failed',
      end: 'failed',
      detail: expect.stringMatching(/^Expected exit code 0, got exit code 1: AttributeError: .*predict/) as string,
    });
  });
});

describe('a model', () => {
  it('that an inspection finds fault with, or that nothing runs, is not loaded', async () => {
    const runners = [commandRunner({ command: sh('touch ran'), formats: ['onnx'] })];
    const skipped = async (task: Pick<Parameters<typeof loadTest>[0], 'inspection' | 'accept'>): Promise<string> =>
      (await loadTest({ file, runners, ...task })).detail;
    const found = { format: 'onnx', verdict: 'suspicious' } as const;
    expect(await skipped({ inspection: found })).toBe('Not loaded: the inspection says suspicious');
    expect(await skipped({ inspection: { ...found, verdict: 'malicious' }, accept: 'suspicious' })).toContain(
      'malicious',
    );
    expect(await skipped({ inspection })).toBe('Not loaded: nothing here runs safetensors');
    expect((await loadTest({ file, runners, inspection: found, accept: 'suspicious' })).status).toBe('passed');
  });

  it('is not tested with a command, limits or samples that are none', async () => {
    expect(() => commandRunner({ command: ['python3', '-c', 'x'] })).toThrow('Expected a command with {file}');
    const code = { code: 'INVALID_INPUT' };
    await expect(tested(sh('true'), { limits: { ms: 0 } })).rejects.toMatchObject(code);
    await expect(tested(sh('true'), { limits: { memoryBytes: 1024 } })).rejects.toMatchObject(code);
    const tensor = (more: object): never =>
      [{ inputs: { x: { type: 'float32', shape: [2], data: [1, 2], ...more } } }] as never;
    for (const samples of [
      {},
      [{}],
      [1],
      tensor({ data: [1] }),
      tensor({ shape: [-2] }),
      tensor({ type: 1 }),
      tensor({ shape: [1e9] }),
    ]) {
      await expect(tested(sh('true'), { samples: samples as never })).rejects.toMatchObject(code);
    }
  });
});
