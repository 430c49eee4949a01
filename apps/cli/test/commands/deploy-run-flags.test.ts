import { expect, test } from 'vitest';
import {
  NOT_ELSEWHERE,
  NOT_WITH_PULL,
  NOT_WITH_RESTART,
  ONLY_WITH_PULL,
  refuseFlags,
} from '../../src/commands/deploy-run-flags.ts';

const DEFAULTS = { preChecks: true, postChecks: true };

test.each([
  [NOT_ELSEWHERE, { preChecks: false, root: '/srv/shop' }, 'no --no-pre-checks, --root here, got them'],
  [NOT_ELSEWHERE, { reason: 'why', port: 80 }, 'no --port, --reason here, got them'],
  [NOT_WITH_PULL, { force: true }, 'no --force here, got it'],
  [NOT_WITH_RESTART, { maintenance: true, skipBackup: true }, 'no --skip-backup, --maintenance here, got them'],
  [ONLY_WITH_PULL, { serverName: 'web-1' }, 'no --server-name here, got it'],
])('flags that would be without effect are refused', (names, given, said) => {
  expect(() => refuseFlags({ ...DEFAULTS, ...given }, names, 'here')).toThrow(said);
  expect(() => refuseFlags(DEFAULTS, names, 'here')).not.toThrow();
});
