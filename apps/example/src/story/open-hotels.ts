import { cp } from 'node:fs/promises';
import { STRUCTURE } from '../database/migrations.ts';
import { furnish, Guests } from '../guests.ts';
import type { DatabaseKind } from '../hotels.ts';
import { addHotel } from '../protection/open-protection.ts';
import { storeStructure } from '../protection/shared-structure.ts';
import type { Story } from './story.ts';

/** How large the hotels are. */
export interface StorySize {
  readonly rooms: number;
  readonly guests: number;
  /** Reservations that each hotel has before the first backup. */
  readonly reservations: number;
}

/** Three hotels open, and guests begin to book. */
export async function openHotels(
  { tell, hotels, repository, told, pauseMs }: Story,
  kinds: Readonly<Record<string, DatabaseKind>>,
  size: StorySize,
): Promise<void> {
  tell.chapter('Three hotels open');
  for (const [id, kind] of Object.entries(kinds)) {
    const hotel = await hotels.open(id, kind);
    await furnish(hotel, size);
    await addHotel(repository, id);
    const guests = new Guests(hotel);
    for (let i = 0; i < size.reservations; i++) await guests.bookOne();
    told.set(id, { hotel, places: hotels.places(id), guests });
    tell.say(`${id} on ${kind}: ${size.rooms} rooms, ${size.guests} guests, ${size.reservations} reservations`);
  }
  for (const { guests } of told.values()) guests.arrive(pauseMs);
  tell.say('guests book from now on, at all hotels');
}

/** What the hotels share gets its first version. */
export async function storeFirstStructure({ tell, structure, structureRoot }: Story): Promise<void> {
  tell.chapter('What all hotels share is stored');
  await cp(STRUCTURE, structureRoot, { recursive: true });
  const { version, inventory } = await storeStructure(structure, structureRoot);
  const { components, i18n, migrations } = inventory;
  const names = components.map(({ name }) => name).join(', ');
  tell.say(`${names}; ${i18n.map(({ locale }) => locale).join(', ')}; ${migrations.length} migrations`);
  tell.check('it is version 1.0.0', version === '1.0.0');
  const again = await storeStructure(structure, structureRoot);
  tell.check('nothing is stored while nothing changes', again.snapshot === undefined && again.version === '1.0.0');
}
