import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newMachine, parseShape, type Machine } from '../support/cli.ts';
import { preparedMachine } from '../support/prepared-machine.ts';
import { writeTree } from '../support/tree.ts';

const noise = (n: number): Buffer => createHash('shake256', { outputLength: 100_000 }).update(String(n)).digest();

/** Three backups of a file each: three packs of data, and those of catalogs. */
const prepared = preparedMachine(
  async (machine) => {
    await machine.json('Created', ['init']);
    for (let n = 0; n < 3; n++) {
      await writeTree(join(machine.cwd, 'data'), { [`file ${n}`]: noise(n) });
      await machine.json('BackupRun', ['backup', 'create', 'data', '--check-sealed', n === 0 ? 'all' : 'off']);
    }
  },
  { inProcess: true },
);

async function flip(machine: Machine, name: string, at: number): Promise<void> {
  const file = join(machine.repository, name);
  const bytes = await readFile(file);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(file, bytes);
}

async function largestPack(machine: Machine): Promise<string> {
  const names = (await readdir(machine.repository, { recursive: true })).filter((name) => name.startsWith('packs'));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(machine.repository, name))).size));
  return names[sizes.indexOf(Math.max(...sizes))] ?? '';
}

test('samples that repeat come round to every pack, and each says how long that is ago', async () => {
  const { machine } = await prepared();
  const { packs, ...before } = await machine.json('VerifyReport', ['backup', 'verify']);
  expect(before).toMatchObject({ level: 'structure', packsRead: 0, packsUnchecked: packs });
  const sample = ['backup', 'verify', '--sample', '1B'];
  for (let run = 1; run < packs; run++) {
    const report = await machine.json('VerifyReport', sample);
    expect(report).toMatchObject({ level: 'sample', status: 'ok', packsRead: 1, packsUnchecked: packs - run });
  }
  const text = await machine.run(['backup', 'verify', '--level', 'quick']);
  expect(text.stdout).toMatch(
    /^verify quick: ok; .*\n1 pack of \d never checked in full from here, the others since 20.*\n$/,
  );
  await machine.json('VerifyReport', sample);
  const last = await machine.run(['backup', 'verify', '--level', 'sample', '--sample', '0.1s']);
  expect(last.stdout).toMatch(/^verify sample: ok; .*\nevery pack checked in full since 20\d\d-.*\n$/);
});

test('a lost spare is told with what to do about it, and ends with 3; lost data with 6', async () => {
  const { machine } = await prepared();
  const pack = await largestPack(machine);
  await flip(machine, pack, 20);
  await flip(machine, 'config/000000000001', 1000);
  await rm(join(machine.repository, 'holdfast.json'));
  const spares = await machine.run(['backup', 'verify', '--level', 'full']);
  expect(spares.code).toBe(3);
  expect(spares.stdout).toContain(`redundancy ${pack}: The header at byte 0 is damaged`);
  for (const name of ['holdfast.json', 'config/000000000001']) {
    expect(spares.stdout).toMatch(new RegExp(`redundancy ${name}: .*\n  hint: The next backup writes it again\\.`));
  }
  expect(spares.stdout).toContain('verify full: partial, 3 findings');
  // The next backup does.
  await machine.json('BackupRun', ['backup', 'create', 'data']);
  const json = await machine.run(['backup', 'verify', '--level', 'full', '--json']);
  expect(parseShape('VerifyReport', json.stdout).findings.map(({ object }) => object)).toEqual([pack]);
  await flip(machine, pack, 50_000);
  const lost = await machine.run(['backup', 'verify', '--level', 'full']);
  expect(lost.code).toBe(6);
  expect(lost.stdout).toMatch(
    /damaged packs.*\n {2}snapshots .*\n {2}path .*\n {2}hint: Put it back from another copy/,
  );
});

test('wrong sizes, and samples of what none can be taken of, are told before anything is opened', async () => {
  const machine = await newMachine({ inProcess: true });
  for (const [args, message] of [
    [['--sample', '500M'], /^holdfast: Expected a sample such as 10%, 500MB or 2m, got "500M"\nhint: A share is/],
    [['--sample', '0%'], /^holdfast: Expected a sample such as/],
    [['--sample', '5%', '--level', 'full'], /^holdfast: Expected --sample with --level sample only, got --level full/],
    [
      ['latest', '--level', 'sample'],
      /^holdfast: Expected a sample of the whole repository, got one of snapshot latest/,
    ],
    [['--level', 'some'], /Allowed choices are quick, structure, sample, full/],
  ] as const) {
    const { code, stdout, stderr } = await machine.run(['backup', 'verify', ...args]);
    expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  }
});
