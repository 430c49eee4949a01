import { mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';
export default mergeConfig(base, { test: { setupFiles: ['/tmp/measure/setup2.ts'] }, server: { fs: { strict: false } } });
