// Logs, and ends at once: `node ending.ts FOLDER exit|throw|end`.
import { openLogs } from '../../src/index.ts';

const [, , directory = '', how = ''] = process.argv;
const logs = await openLogs({ directory });
logs.logger.info(`${how} 1`);
// Half of it is on its way.
if (how !== 'exit') void logs.flush();
logs.logger.info(`${how} 2`);
if (how === 'exit') process.exit(1);
if (how === 'throw') throw new Error('end');
