import { tmpdir } from 'node:os';
import { mergeConfig } from 'vitest/config';
import { testProject } from '../../tooling/vitest-project.ts';

// Here alone tests are about disks.
export default mergeConfig(testProject('storage'), { test: { env: { TMPDIR: tmpdir() } } });
