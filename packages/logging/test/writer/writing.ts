// Logs some records into small files, and ends: `node writing.ts FOLDER NAME COUNT`.
import { openLogs } from '../../src/index.ts';

const [, , directory = '', name = '', count = '0'] = process.argv;
const logs = await openLogs({ directory, maxFileBytes: 16_384, flushMs: 1 });
for (let index = 0; index < Number(count); index++) {
  logs.logger.info('one of many', { name, index });
  if (index % 40 === 39) await logs.flush();
}
await logs.close();
