import { protectHotel } from '../protection/protect-hotel.ts';
import { lookIntoSnapshot } from './look-into-snapshot.ts';
import { broken } from './promises.ts';
import type { HotelStory, Story } from './story.ts';

/** All hotels are backed up at the same time, several times, while guests book. @returns Ids of the last snapshots, by hotel. */
export async function backUpAll(story: Story, rounds: number): Promise<ReadonlyMap<string, string>> {
  const { tell, told } = story;
  tell.chapter('All hotels are backed up while guests book');
  const last = new Map<string, string>();
  for (let round = 1; round <= rounds; round++) {
    const made = [...told].map(async ([id, one]) => [id, await backUp(story, one, round)] as const);
    for (const [id, snapshot] of await Promise.all(made)) last.set(id, snapshot);
  }
  return last;
}

async function backUp(story: Story, { places, guests }: HotelStory, round: number): Promise<string> {
  const { tell, repository, programs } = story;
  const { id } = places;
  const before = guests.promised();
  const { snapshot, counts, durationMs } = await protectHotel(repository, places, { name: `${id} ${round}`, programs });
  if (snapshot === undefined) throw new Error(`Expected a snapshot of ${id}, got none`);
  const during = guests.promised().length - before.length;
  const stored = Math.ceil(counts.bytesStored / 1024);
  tell.say(`${id} ${round}: ${snapshot.kind}, ${stored} KiB stored in ${durationMs} ms, ${during} bookings meanwhile`);
  const found = await lookIntoSnapshot(repository, id, snapshot.id);
  tell.check(
    `${id} ${round}: each of its ${found.reservations.length} reservations has its guest and its room`,
    found.orphans.length === 0,
  );
  tell.check(
    `${id} ${round}: all ${before.length} reservations that were promised before it are in it`,
    broken(before, found.reservations).length === 0,
  );
  tell.check(
    `${id} ${round}: it is ${round === 1 ? 'full' : 'incremental'}, of ${found.kinds.join(', ')}`,
    snapshot.kind === (round === 1 ? 'full' : 'incremental'),
  );
  return snapshot.id;
}
