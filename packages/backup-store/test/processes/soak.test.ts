import { mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { IS_THOROUGH } from '../../../../tooling/thoroughness.ts';
import { SOAKING } from '../fixtures/bundle.ts';
import { createAt, newPlace, openAt } from '../fixtures/place.ts';
import { aftermath, soak } from '../fixtures/soaking.ts';

/** A minute where there is time. Longer by hand: `npm run soak -- 3600`. */
const SECONDS = IS_THOROUGH ? 60 : 3;

test(
  'two processes that back up and forget and two that prune, for a while, lose nothing',
  { timeout: (SECONDS + 240) * 1000 },
  async () => {
    const place = newPlace();
    mkdirSync(place.source, { recursive: true });
    await (await createAt(place)).close();
    const { trees, backups, prunes, packsDeleted } = await soak(place, SECONDS, SOAKING);
    expect(Math.min(backups, prunes, packsDeleted)).toBeGreaterThan(1);
    await using repository = await openAt(place);
    // Before the prune: what is restored was written while others worked.
    const [some] = (await repository.snapshots()).slice(-1);
    expect((await repository.restore({ snapshot: some?.id ?? '', to: place.out })).status).toBe('ok');
    expect(await aftermath(repository, trees)).toEqual({ lost: [], findings: [], garbageLeft: 0 });
  },
);
