import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { holderOf, takeClaim } from '../../../../src/deploy/service/process/claim.ts';
import { identityOf } from '../../../../src/deploy/service/process/process-identity.ts';
import { scratch } from '../fixtures/scripted.ts';

describe.skipIf(process.platform === 'win32')('a claim', () => {
  it('goes to one of many, and to one of them again when it was released', async () => {
    const folder = scratch();
    const race = (): ReturnType<typeof takeClaim>[] => Array.from({ length: 20 }, () => takeClaim(folder, 'control'));
    for (let round = 0; round < 5; round++) {
      const won = (await Promise.all(race())).filter((claim) => claim !== undefined);
      expect(won).toHaveLength(1);
      expect(await takeClaim(folder, 'control')).toBeUndefined();
      await won[0]?.release();
      expect(await holderOf(folder, 'control')).toBeUndefined();
    }
    // What is over is cleared away.
    expect(readdirSync(folder).length).toBeLessThan(5);
  });

  it.each([
    ['a process that is gone', { pid: 2 ** 22 + 1, start: '' }],
    // The id was given to another process since: this one.
    ['a process whose id another one has now', { pid: process.pid, start: 'before the flood' }],
  ])('of %s goes to one of many', async (_, holder) => {
    const folder = scratch();
    writeFileSync(join(folder, 'supervisor.7'), JSON.stringify(holder));
    expect(await holderOf(folder, 'supervisor')).toBeUndefined();
    const claims = await Promise.all(Array.from({ length: 20 }, () => takeClaim(folder, 'supervisor')));
    expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
    expect(await holderOf(folder, 'supervisor')).toEqual(await identityOf(process.pid));
  });

  it('of one name is none of another', async () => {
    const folder = scratch();
    expect(await takeClaim(folder, 'control')).toBeDefined();
    expect(await takeClaim(folder, 'supervisor')).toBeDefined();
  });
});
