import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runQuarter } from '../src/quarter/run-quarter.ts';

/** Milliseconds: it takes a minute, and two processors may have much else to do. */
const PATIENCE = 240_000;

test(
  'a quarter with two disasters and a full disk is lived, and its report tells of it truthfully',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'quarter-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const lines: string[] = [];
    const { claims, report, page } = await runQuarter({
      folder,
      size: { rooms: 4, guests: 4, assets: 24 },
      bookings: 2,
      inMemory: true,
      write: (line) => lines.push(line),
    }).catch((error: unknown) => {
      throw new Error(lines.join('\n'), { cause: error });
    });
    expect(claims).toBe(lines.filter((line) => line.includes(' ok: ')).length);
    expect(report.period.kind).toBe('quarterly');
    expect(page).toContain('Three hotels');
    expect(page).not.toMatch(/NaN|undefined|<script/);
    expect(readFileSync(join(folder, 'pager.log'), 'utf8')).toMatch(/low disk/i);
    expect(existsSync(join(folder, 'reports', `${report.period.name}.json`))).toBe(true);
  },
  PATIENCE,
);
