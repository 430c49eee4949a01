import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { newMachine, type Machine } from '../support/cli.ts';
import { writeTree } from '../support/tree.ts';

let machine: Machine;

interface Stay {
  readonly number: string;
  readonly room: number;
  readonly changed: string;
}

const at = (hour: number): string => `2026-11-23T${String(hour).padStart(2, '0')}:00:00Z`;
const STAYS: readonly Stay[] = [
  { number: 'ä-1', room: 1, changed: at(8) },
  { number: 's-2', room: 2, changed: at(8) },
  { number: 's-3', room: 3, changed: at(8) },
];
const DOCUMENTS = 'file:hotel?document=stays.json&document=guests.jsonl&id=number&updated-at=changed';

const write = async (stays: readonly Stay[]): Promise<void> =>
  await writeFile(join(machine.cwd, 'hotel/stays.json'), JSON.stringify(stays));
const rooms = async (): Promise<Readonly<Record<string, number>>> => {
  const stays = JSON.parse(await readFile(join(machine.cwd, 'hotel/stays.json'), 'utf8')) as readonly Stay[];
  return Object.fromEntries(stays.map(({ number, room }) => [number, room]));
};

beforeEach(async () => {
  machine = await newMachine({ inProcess: true });
  await machine.json('Created', ['init']);
  await writeTree(machine.cwd, { 'hotel/guests.jsonl': `${JSON.stringify({ number: 'g-1', name: 'Ann' })}\n` });
  await write(STAYS);
  const run = await machine.json('BackupRun', ['backup', 'create', '--source', `hotel=records+${DOCUMENTS}`]);
  expect(run.sources).toMatchObject([{ kind: 'records', path: 'hotel', status: 'ok' }]);
});

const restore = (...args: readonly string[]): string[] => ['backup', 'restore', 'latest', '--into', DOCUMENTS, ...args];
const DAMAGE = ['--damaged-since', at(12), '--damaged-until', at(13)];

test('records of JSON documents are merged with newer ones, and the documents come back from their safety snapshot', async () => {
  const damaged = [
    { number: 's-2', room: 99, changed: at(12) },
    { number: 's-3', room: 30, changed: at(15) },
    { number: 's-4', room: 4, changed: at(16) },
  ];
  await write(damaged);
  const merge = restore('--mode', 'merge', ...DAMAGE);
  const dry = await machine.run([...merge, '--dry-run']);
  expect(dry).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('stays: 1 to add, 1 to replace, 0 to delete') as string,
  });
  expect((await machine.run(merge)).code).toBe(2);
  expect(await rooms()).toEqual({ 's-2': 99, 's-3': 30, 's-4': 4 });
  const { code, stderr } = await machine.run([...merge, '--yes']);
  expect(code).toBe(0);
  expect(await rooms()).toEqual({ 's-2': 2, 's-3': 30, 's-4': 4, 'ä-1': 1 });
  const [, call = ''] = /^ {2}holdfast (backup restore .*)$/m.exec(stderr) ?? [];
  expect(call).toMatch(/^backup restore [0-9a-f]{8} --in-place --overwrite always$/);
  expect((await machine.run([...call.split(' '), '--yes'])).code).toBe(0);
  expect(JSON.parse(await readFile(join(machine.cwd, 'hotel/stays.json'), 'utf8'))).toEqual(damaged);
});

test('one record comes back alone, and all of them in full', async () => {
  await write([]);
  await machine.json('RestoreRun', restore('--mode', 'selective', '--record', 'stays/ä-1', '--yes'));
  expect(await rooms()).toEqual({ 'ä-1': 1 });
  await writeFile(join(machine.cwd, 'hotel/guests.jsonl'), '');
  const { records } = await machine.json('RestoreRun', restore('--mode', 'full', '--yes'));
  expect(records?.changes).toBe(3);
  expect(Object.keys(await rooms())).toHaveLength(3);
  expect(await readFile(join(machine.cwd, 'hotel/guests.jsonl'), 'utf8')).toContain('Ann');
});

test.each([
  ['documents that are not there', 'file:none.json?id=number', 1],
  ['documents whose ids nobody has named', 'file:hotel/stays.json', 2],
  ['a parameter that nobody knows', 'file:hotel/stays.json?table=x', 2],
  ['another host', 'file://host/stays.json', 2],
])('%s are refused, and nothing is changed', async (_what, url, code) => {
  const args = ['backup', 'restore', 'latest', '--mode', 'full', '--module', 'stays', '--into', url, '--yes'];
  expect((await machine.run(args)).code).toBe(code);
  expect(Object.keys(await rooms())).toHaveLength(3);
});
