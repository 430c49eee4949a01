// A process that appends to an audit log until it is killed, and says what was acknowledged: `node appender.ts FOLDER NAME COUNT`.
import { writeSync } from 'node:fs';
import { openLogs } from '../../src/index.ts';

const [, , directory = '', principal = '', count = '0'] = process.argv;
const logs = await openLogs({ directory, maxFileBytes: 16_384 });
const one = async (index: number): Promise<void> => {
  const receipt = await logs.audit.record({ name: 'thing.done', principal, details: { index } });
  // At once: what is acknowledged counts, also when it is killed in the next moment.
  writeSync(1, `${JSON.stringify({ ...receipt, principal, index })}\n`);
};
for (let index = 0; index < Number(count); index += 3) await Promise.all([one(index), one(index + 1), one(index + 2)]);
await logs.close();
