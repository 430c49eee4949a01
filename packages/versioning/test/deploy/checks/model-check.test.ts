import { expect, test } from 'vitest';
import { modelCheck, parseChecks } from '../../../src/deploy/index.ts';

const MODEL = { model: 'fraud@production' };

test('a model that is loaded by a function tells what it says, and one that throws has failed', async () => {
  const load = async ({ version }: { readonly version: string | undefined }): Promise<string> =>
    Promise.resolve(`made for ${version}`);
  expect(await modelCheck({ ...MODEL, load }).run({ version: '1.0.5' })).toMatchObject({
    kind: 'model',
    name: 'model fraud@production',
    outcome: 'ok',
    found: expect.stringMatching(/^loaded in \d+ ms: made for 1\.0\.5$/) as string,
  });
  const broken = modelCheck({ ...MODEL, load: () => Promise.reject(new Error('Expected 41 features, got 40')) });
  expect(await broken.run({})).toMatchObject({
    outcome: 'fail',
    found: 'Expected 41 features, got 40',
    hint: expect.stringContaining('fraud@production') as string,
  });
});

test('a program loads it by its name, and ends with 0 when it could', async () => {
  const program = 'console.error(process.env.HOLDFAST_MODEL, process.env.HOLDFAST_VERSION); process.exit(1)';
  const [check] = parseChecks([{ kind: 'model', ...MODEL, command: [process.execPath, '-e', program] }]);
  expect(await check?.run({ version: '1.0.5' })).toMatchObject({
    kind: 'model',
    outcome: 'fail',
    found: 'not loaded: ended with 1: fraud@production 1.0.5',
  });
  const loads = modelCheck({ ...MODEL, load: [process.execPath, '-e', ''] });
  expect(await loads.run({})).toMatchObject({
    outcome: 'ok',
    found: expect.stringMatching(/^loaded in \d+ ms$/) as string,
  });
  expect(() => parseChecks([{ kind: 'model', ...MODEL }])).toThrow('checks[0].command');
});
