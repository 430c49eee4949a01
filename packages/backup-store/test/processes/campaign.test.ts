import { afterAll, beforeAll, expect, test } from 'vitest';
import { IS_THOROUGH } from '../../../../tooling/thoroughness.ts';
import { type CampaignGround, makeGround, trial } from '../fixtures/campaign.ts';
import { noise } from '../fixtures/content.ts';
import { newPlace } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

/** Hundreds by hand: `npm run faults`. */
const REPOSITORIES = IS_THOROUGH ? 24 : 4;

let ground: CampaignGround;

beforeAll(async () => {
  const { folder, source } = newPlace(afterAll);
  ground = await makeGround(folder, source, (step) =>
    buildTree(source, {
      changing: noise(200_000, `changing ${step}`),
      [`step ${step}`]: noise(30_000, step),
      sub: { large: noise(1_500_000, 'large'), small: 'small', other: 'other' },
    }),
  );
});

test(
  'whatever is flipped, lost, cut, copied, swapped or unreliable: nothing wrong comes back, and a repair ends it',
  { timeout: 300_000 },
  async () => {
    for (let seed = 1; seed <= REPOSITORIES; seed++) {
      const { blows, outcomes, wrong } = await trial(ground, seed);
      expect(wrong, JSON.stringify({ seed, blows, outcomes })).toEqual([]);
    }
  },
);
