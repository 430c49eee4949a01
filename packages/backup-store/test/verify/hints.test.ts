import { expect, test } from 'vitest';
import { hintFor } from '../../src/verify/hints.ts';

test.each([
  ['missing', 'packs/x/y/z', /^Put it back from another copy of the repository, or back up again/],
  ['damaged', 'packs/x/y/z', /Without one, `holdfast backup repair` keeps what can be read of it; then back up again/],
  ['redundancy', 'packs/x/y/z', /^Nothing has to be done now/],
  ['unindexed', 'packs/x/y/z', /^Nothing has to be done: a backup goes on with it/],
  ['redundancy', 'index/x/y/z', /^`holdfast backup repair` makes it again/],
  ['missing', 'index', /builds the index anew\. What is missing then is lost/],
  ['damaged', 'commits/x/00000000/y', /gives this snapshot up/],
  ['missing', 'snapshot x', /^Find out who/],
  ['damaged', 'keys/slots/x', /add another key/],
  ['redundancy', 'sessions/x/y/000000', /no snapshot needs it/],
  ['redundancy', 'gc/x/00000001/decision', /^Nothing has to be done/],
  ['redundancy', 'history/x/00000001/y', /^Nothing has to be done/],
  ['damaged', 'forget/x/y', /Forget it once more/],
  ['redundancy', 'keys/ring/000000000001', /^The next backup writes it again/],
  ['redundancy', 'holdfast-copy.json', /^The next backup writes it again/],
  ['damaged', 'config/000000000001', /^Put it back from another copy of the repository\.$/],
] as const)('of a finding %s in %s it says what to do', (code, object, hint) => {
  expect(hintFor(code, object)).toMatch(hint);
});
