import { appendFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprintOfFolder, fingerprintOfHotel } from './fingerprints.ts';
import type { Story } from './story.ts';

/** A deployment breaks what all hotels share. It comes back, and no hotel's data is touched. */
export async function breakAndRestoreStructure({ tell, structure, structureRoot, told }: Story): Promise<void> {
  tell.chapter('What all hotels share breaks, and is restored');
  for (const { guests } of told.values()) await guests.leave();
  const hotelsNow = async (): Promise<string> =>
    (await Promise.all([...told.values()].map(async (one) => await fingerprintOfHotel(one)))).join(' ');
  const before = { hotels: await hotelsNow(), structure: await fingerprintOfFolder(structureRoot) };

  await writeFile(join(structureRoot, 'components', 'booking-form.js'), 'export const bookingForm = undefined');
  await appendFile(join(structureRoot, 'migrations', '001-hotel.sql'), '\nDROP TABLE reservations;\n');
  await rm(join(structureRoot, 'i18n', 'pt-BR.json'));
  tell.say('a component and a migration are broken, a language is gone');
  tell.check('it is not what it was', (await fingerprintOfFolder(structureRoot)) !== before.structure);
  const options = { version: '1.0.0', to: structureRoot, overwrite: 'if-changed' } as const;
  const plans = await structure.planRestore(options);
  const changes = plans.flatMap(({ actions }) =>
    actions.filter(({ action }) => action === 'create' || action === 'overwrite'),
  );
  for (const { action, path } of changes) tell.say(`  ${action} ${path.slice(structureRoot.length + 1)}`);
  const results = await structure.restore(options);
  tell.check(
    'version 1.0.0 is restored',
    results.every(({ status }) => status === 'ok'),
  );
  tell.check('every byte of it is as it was', (await fingerprintOfFolder(structureRoot)) === before.structure);
  tell.check(`the data of ${[...told.keys()].join(' and ')} is untouched`, (await hotelsNow()) === before.hotels);
}
