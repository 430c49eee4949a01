import { mergeConfig } from 'vitest/config';
import { testProject } from '../../tooling/vitest-project.ts';

export default mergeConfig(testProject('cli'), {
  test: {
    globalSetup: 'test/support/bundle.ts',
    // What is shipped runs as it is.
    server: { deps: { external: [/\/\.cache\/test\//] } },
  },
});
