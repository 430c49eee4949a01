import { mergeConfig } from 'vitest/config';
import { testProject } from '../../tooling/vitest-project.ts';

export default mergeConfig(testProject('backup-store'), {
  test: { globalSetup: 'test/fixtures/bundle.ts', setupFiles: ['test/fixtures/property-runs.ts'] },
});
