import { join } from 'node:path';
import type { EnvPlan } from './plan-env.ts';
import { writeWhole } from './whole-file.ts';

/** For its owner and the group, which is that of `shared/.env` as far as it may be set, and nobody else. */
const MODE = 0o640;

/**
 * Writes the `.env` of a release, whole or not at all, in the place of an older one. Staging does so; call it by itself after a change of `shared/.env`.
 *
 * @param folder That of the release.
 * @throws {VersioningError} `WRITE_FAILED`.
 */
export async function applyEnv(folder: string, plan: EnvPlan): Promise<void> {
  await writeWhole(join(folder, '.env'), plan.text, { mode: MODE, group: plan.group });
}
