import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { machineIn, type Machine, parseLines } from '../support/cli.ts';
import { newFolder, removeFolder } from '../support/folders.ts';

/** A safetensors file with four weights. */
function weights(value: number): Uint8Array {
  const header = '{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}';
  const length = Buffer.alloc(8);
  length.writeUInt32LE(header.length);
  return Buffer.concat([length, Buffer.from(header), Buffer.from(new Float32Array(4).fill(value).buffer)]);
}

let machine: Machine;

beforeAll(async () => {
  machine = machineIn(await newFolder());
  await mkdir(join(machine.cwd, 'out'), { recursive: true });
  await machine.run(['init']);
  const metrics = { price: { hit_rate: { better: 'higher', kind: 'rate', range: [0, 1] } } };
  await writeFile(join(machine.cwd, 'holdfast.config.json'), JSON.stringify({ models: { metrics, folders: ['out'] } }));
  for (const [value, rate] of [
    [1, 0.9],
    [2, 0.8],
  ] as const) {
    await writeFile(join(machine.cwd, `${value}.safetensors`), weights(value));
    const measured = { metrics: { hit_rate: rate }, measurements: { hit_rate: { samples: 2000 } } };
    await writeFile(join(machine.cwd, `${value}.json`), JSON.stringify(measured));
    const facts = ['--change', 'retrain', '--measured', `${value}.json`];
    await machine.run(['models', 'add', 'price', `${value}.safetensors`, ...facts]);
  }
  await machine.run(['models', 'promote', 'price@1.0.0', 'prod']);
});

afterAll(async () => removeFolder(machine.root));

describe('metrics of models', () => {
  it('are compared with intervals, and what is not of the model is refused', async () => {
    const { verdicts } = await machine.json('ModelDiff', ['models', 'compare', 'price', 'prod', 'latest']);
    expect(verdicts).toMatchObject([{ metric: 'hit_rate', verdict: 'worse', method: 'independent rates' }]);
    const { stdout } = await machine.run(['models', 'compare', 'price', 'prod', 'latest']);
    expect(stdout).toContain('metric hit_rate: 0.9 (0.8861 to 0.9124) -> 0.8 (0.7819 to 0.8169)  worse:');
    const add = ['models', 'add', 'price', '1.safetensors', '--change', 'fix', '--metric'];
    expect(await machine.run([...add, 'hit_rate=1.2'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('hit_rate from 0 to 1') as string,
    });
    expect((await machine.run([...add, 'hits=1'])).code).toBe(2);
  });

  it('are reported as JSON, HTML and PDF', async () => {
    const files = ['--html', 'price.html', '--pdf', 'price.pdf'];
    const report = await machine.json('ModelReport', ['models', 'report', 'price', ...files]);
    expect(report).toMatchObject({ live: '1.0.0', alerts: [{ code: 'WORSE_THAN_LIVE', metric: 'hit_rate' }] });
    expect(await readFile(join(machine.cwd, 'price.html'), 'utf8')).toContain('<svg ');
    expect((await readFile(join(machine.cwd, 'price.pdf'))).subarray(0, 5).toString()).toBe('%PDF-');
    expect((await machine.run(['models', 'report', 'none'])).code).toBe(4);
  });
});

describe('models lottery', () => {
  it('measures predictions by draws, as `models add --measured` takes it', async () => {
    const first = Array.from({ length: 15 }, (_, at) => at + 1);
    const [draws, predictions] = [[{ id: 7, numbers: first }], [{ draw: 7, numbers: [...first.slice(1), 16] }]];
    await writeFile(join(machine.cwd, 'draws.json'), JSON.stringify(draws));
    await writeFile(join(machine.cwd, 'predicted.json'), JSON.stringify(predictions));
    const call = ['models', 'lottery', '--predictions', 'predicted.json', '--draws', 'draws.json'];
    const { metrics } = await machine.json('ModelLottery', [...call, '--out', 'measured.json']);
    expect(metrics).toMatchObject({ acertos_15: 0, acertos_14: 1, taxa_acerto_media: 14 / 15 });
    await machine.run(['models', 'add', 'lottery', '1.safetensors', '--change', 'fix', '--measured', 'measured.json']);
    const shown = await machine.json('ModelVersion', ['models', 'show', 'lottery']);
    expect(shown).toMatchObject({ version: '1.0.0', metrics: { acertos_14: 1 } });
    const other = await machine.run([...call, '--pool', '10']);
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('Expected 1 to 10 as drawn, got 15')]);
  });
});

describe('models watch', () => {
  it('adds what is in the folders of the configuration, and says what was refused', async () => {
    await writeFile(join(machine.cwd, 'out/trained.safetensors'), weights(7));
    await writeFile(join(machine.cwd, 'out/evil.pkl'), "cos\nsystem\n(S'true'\ntR.");
    const { code, stdout } = await machine.run(['models', 'watch', '--once', '--json']);
    expect(code).toBe(3);
    const events = parseLines('ModelWatched', stdout).toSorted((a, b) => (a.type < b.type ? -1 : 1));
    expect(events).toMatchObject([
      { type: 'added', model: 'trained', version: '1.0.0' },
      { type: 'ready' },
      { type: 'refused', code: 'MODEL_REFUSED' },
    ]);
  });

  it('ends well at Ctrl-C', async () => {
    const { code, stdout } = await machine.run(['models', 'watch', 'out', '--extension', '.onnx', '--debug'], {
      onStdout: (child, text) => void (text.includes('watching') && child.kill('SIGINT')),
    });
    expect([code, stdout]).toEqual([0, 'watching\n']);
  });
});
