import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { identityOf, isAlive, isThere, parseStat } from '../../../../src/deploy/service/process/process-identity.ts';
import {
  cancelTicket,
  parseTicket,
  readTicket,
  TICKET_SCRIPT,
  ticketPath,
} from '../../../../src/deploy/service/process/ticket.ts';
import { scratch } from '../fixtures/scripted.ts';

const begin = (ticket: string, ...command: readonly string[]): readonly string[] => [
  '-c',
  TICKET_SCRIPT,
  'sh',
  ticket,
  ...command,
];

describe.skipIf(process.platform === 'win32')('a ticket', () => {
  it('names the very process that the program is, which is told from others by its start', async () => {
    const folder = scratch();
    const child = spawn('/bin/sh', begin(ticketPath(folder, 'a', 1), 'sleep', '60'));
    await expect.poll(() => existsSync(ticketPath(folder, 'a', 1)), { timeout: 20_000 }).toBe(true);
    const { number, identity } = await readTicket(folder, 'a');
    expect([number, identity?.pid]).toEqual([1, child.pid]);
    expect(identity).toEqual(await identityOf(child.pid as number));
    expect(await isAlive({ pid: child.pid as number, start: 'another' })).toBe(false);
    // Whoever comes later learns of it, and can't take the start back.
    expect(await cancelTicket(folder, 'a', 1)).toEqual(identity);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isThere(child.pid as number)).toBe(false);
  });

  it('that somebody else has made keeps the program from starting', async () => {
    const folder = scratch();
    expect(await cancelTicket(folder, 'a', 1)).toBeUndefined();
    const seen = join(folder, 'seen');
    expect(spawnSync('/bin/sh', begin(ticketPath(folder, 'a', 1), 'touch', seen)).status).toBe(125);
    expect(existsSync(seen)).toBe(false);
    expect(await readTicket(folder, 'a')).toEqual({ number: 1 });
  });

  it('hands on words and variables as they are', () => {
    const folder = scratch();
    const program = 'console.log(JSON.stringify([process.argv.slice(1), process.env.b, process.env.s]))';
    const words = ['$HOME', 'a "b" \'c\'', '', '-n', '*'];
    const { stdout } = spawnSync(
      '/bin/sh',
      begin(ticketPath(folder, 'a', 1), process.execPath, '-e', program, '--', ...words),
      { encoding: 'utf8' },
    );
    expect(JSON.parse(stdout)).toEqual([words, null, null]);
  });

  it('that was cancelled does not hide the one before it', async () => {
    const folder = scratch();
    writeFileSync(ticketPath(folder, 'a', 3), '\n4711 Fri Nov 27 21:57:18 2026\n');
    await cancelTicket(folder, 'a', 4);
    expect(await readTicket(folder, 'a')).toEqual({
      number: 4,
      identity: { pid: 4711, start: 'Fri Nov 27 21:57:18 2026' },
    });
  });
});

describe('the start of a process', () => {
  it('is read from what Linux tells of it, whatever its name is', () => {
    const fields = Array.from({ length: 50 }, (_, i) => String(i + 3));
    const stat = `4711 (a) b (c) S ${fields.slice(1).join(' ')}`;
    expect(parseStat(stat, 'boot\n')).toEqual({ state: 'S', start: 'boot/22' });
    expect(parseTicket(`boot\n${stat}\n`)).toEqual({ pid: 4711, start: 'boot/22' });
    expect(parseTicket('cancelled\n')).toBeUndefined();
  });
});
