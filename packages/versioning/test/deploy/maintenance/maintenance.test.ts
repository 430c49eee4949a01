import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  deployLayout,
  isInMaintenance,
  readMaintenance,
  turnMaintenanceOff,
  turnMaintenanceOn,
} from '../../../src/deploy/index.ts';
import { temporaryFolder } from '../../artifact/tree.ts';
import { newSite } from '../layout/site.ts';

const about = { reason: 'new prices', by: 'ann' };
const clock = (): number => Date.parse('2026-01-31T12:00:00Z');

test('maintenance is on from one call to the other, and tells why and since when', async () => {
  const { layout } = await newSite();
  expect(await isInMaintenance(layout.root)).toBe(false);
  const on = await turnMaintenanceOn(layout, about, { clock });
  expect(on).toEqual({ ...about, since: '2026-01-31T12:00:00.000Z' });
  expect(await isInMaintenance(layout.root)).toBe(true);
  expect(await readMaintenance(layout)).toEqual(on);
  expect(await turnMaintenanceOn(layout, { reason: 'still', by: 'bob' })).toEqual({
    reason: 'still',
    by: 'bob',
    since: on.since,
  });
  expect(await turnMaintenanceOff(layout)).toMatchObject({ reason: 'still' });
  expect(await turnMaintenanceOff(layout)).toBeUndefined();
  expect(await isInMaintenance(layout.root)).toBe(false);
});

test('a flag that was made by hand counts, too', async () => {
  const { layout } = await newSite();
  for (const text of ['', 'null', '{"reason":1}']) {
    await writeFile(join(layout.shared, 'maintenance.json'), text);
    expect(await isInMaintenance(layout.root)).toBe(true);
    expect(await readMaintenance(layout)).toEqual({ reason: '', since: '', by: '' });
  }
});

test('a hook is told of both, and one that fails says what it said', async () => {
  const { layout } = await newSite();
  const script = 'fs.appendFileSync("told", process.env.MAINTENANCE + process.env.API_ROOT + "\\n")';
  const hook = [process.execPath, '-e', script] as const;
  await turnMaintenanceOn(layout, about, { hook });
  await turnMaintenanceOff(layout, { hook });
  expect(await readFile(join(layout.root, 'told'), 'utf8')).toBe(`on${layout.root}\noff${layout.root}\n`);
  const failing = [process.execPath, '-e', 'console.error("no proxy"); process.exit(2)'] as const;
  const error = {
    code: 'HOOK_FAILED',
    message: expect.stringContaining('exit code 2') as string,
    hint: expect.stringContaining('no proxy') as string,
  };
  await expect(turnMaintenanceOn(layout, about, { hook: failing })).rejects.toMatchObject(error);
  expect(await isInMaintenance(layout.root)).toBe(true);
});

test('maintenance needs a layout', async () => {
  const layout = deployLayout({ root: join(await temporaryFolder(), 'none') });
  await expect(turnMaintenanceOn(layout, about)).rejects.toMatchObject({ code: 'LAYOUT_MISSING' });
  expect(await isInMaintenance(layout.root)).toBe(false);
});
