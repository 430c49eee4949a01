import { setTimeout as pause } from 'node:timers/promises';
import type { RecordRestorePlan } from '@x/backup-store/merge';
import { mergeBack } from '../protection/merge-back.ts';
import { type Harm, harm } from './harm.ts';
import { lookIntoSnapshot } from './look-into-snapshot.ts';
import { broken, doubleBookings } from './promises.ts';
import type { HotelStory, Story } from './story.ts';

/** A hotel is harmed while guests book, and made right again without losing what is newer. */
export async function harmAndMergeBack(story: Story, id: string, snapshot: string): Promise<void> {
  const { tell, repository, told } = story;
  const one = told.get(id);
  if (one === undefined) throw new Error(`Expected ${id} to be open`);
  const { hotel, guests } = one;
  tell.chapter(`A script harms ${id}, and it is merged back`);
  const { reservations } = await lookIntoSnapshot(repository, id, snapshot);
  const latest = reservations.toSorted((a, b) => (a.from < b.from ? -1 : 1)).slice(-2);
  await guests.cancel(String(latest[0]?.id));
  await pause(5);
  const done = await harm(one, reservations);
  tell.say(
    `${done.deleted} reservations are deleted, ${done.overwritten} given to nobody, ${done.cancelled} cancelled`,
  );
  await guests.cancel(String(latest[1]?.id));
  const lost = broken(guests.promised(), await hotel.reservations());
  tell.check(
    `${lost.length} promises to guests are broken`,
    lost.length === done.deleted + done.overwritten + done.cancelled,
  );
  const booked = guests.promised().length;
  await pause(50);
  await mergeBackWith(story, one, { snapshot, done });
  tell.say(`guests went on: ${guests.promised().length - booked} bookings since the harm`);
  await guests.leave();
  const now = await hotel.reservations();
  const promised = guests.promised();
  tell.check(
    `all ${promised.length} reservations that guests were promised are there and right`,
    broken(promised, now).length === 0,
  );
  tell.check('there is no other reservation', now.length === promised.length);
  tell.check('no room is booked twice', doubleBookings(now).length === 0);
  tell.check(
    'what guests have cancelled, before the harm and after it, stays cancelled',
    now.filter(({ status }) => status === 'cancelled').length === 2,
  );
  guests.arrive(story.pauseMs);
}

async function mergeBackWith(
  { tell, repository }: Story,
  one: HotelStory,
  { snapshot, done }: { readonly snapshot: string; readonly done: Harm },
): Promise<void> {
  const replaced = done.overwritten + done.cancelled;
  const agree = (plan: RecordRestorePlan): boolean => {
    for (const { module, added, replaced: puts, deleted, kept, conflicts, reasons } of plan.modules) {
      const why = Object.entries(reasons).map(([reason, count]) => `${count} ${reason}`);
      tell.say(
        `  plan of ${module}: ${added} added, ${puts} replaced, ${deleted} deleted, ${kept} kept, ${conflicts} conflicts (${why.join(', ')})`,
      );
    }
    tell.check(
      'the plan brings back what was harmed and deletes nothing',
      plan.added === done.deleted && plan.replaced === replaced && plan.deleted === 0,
    );
    return true;
  };
  const result = await mergeBack(repository, one, { snapshot, rules: { damaged: done.damaged }, agree });
  tell.check(
    `${done.deleted + replaced} records are put back in one transaction`,
    result?.changes === done.deleted + replaced,
  );
}
